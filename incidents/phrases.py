"""How people put it: the turns of phrase by which a report asks, wishes, denies, or tells that all is well again.

English and German, on folded text (`incidents.concepts.fold`) but for names of people, which need their capital letter.
"""

import re

QUESTION = re.compile(
    r"\b(?:how (?:do|can|to|should|often|long|many|much)|is there an?\b(?=[^.!]{0,80}\?)|where (?:can|do)|what do i (?:have|need)"
    r"|what (?:is|are) the|which \w+ do we|may i"
    r"|wie (?:kann|mache?|stelle?|trage?|aende?re?|richte?|lege?|bekomme?|komme?|nehme?|rechne?) ich|wo (?:kann|finde?|stelle?)"
    r"|wie (?:geht|lange?|viele?|oft|hoch)|gibt es (?=[^.!]{0,80}\?)|welche[rsn]? \w+ (?:gelten|gilt|nutzen))\b"
)
WISH = re.compile(
    r"\b(?:please (?:add|give|install|order|set up|create|grant|provide|take|raise|put|publish|remove|delete|enable|extend|move"
    r"|assign|issue|prepare|postpone|copy|change|allow|whitelist|release|upgrade|replace|book|arrange|send us)"
    r"|give me|(?:can|could|may) (?:i|we) (?:get|have)|can you (?:give|order|add)|(?:i|we)(?:d| would) like|(?:i|we)d? (?:also )?need (?!to|it|this|that|them|help|your)|requesting"
    r"|request for|order (?:a|an|me)|access for|need (?:\w+ )?(?:a|an|access|permission|rights|another|new|more)"
    r"|is it possible to (?:get|have)|should (?:be able|have access)"
    r"|bitte .{0,40}?(?:bestellen|freigeben|freischalten|einrichten|einbinden|ergaenzen"
    r"|verlaengern|aufnehmen|nehmen|installieren|anlegen|geben)"
    r"|(?:ich|wir) brauchen?|brauche|benoetige|moechte|haetten? (?:ich |wir )?gern|braeuchten?|benoetigen"
    r"|bitte (?:mich|um|eine?n?|zugang|zugriff|rolle|rechte))\b"
)
OF_US = r"(?:(?:anything|nothing|much|a word) (?:of|from) )?(?:me|us)"
CAN = re.compile(
    r"\b(?:(?:i|we|you|they|he|she|others|people|colleagues|everybody|everyone|callers|customers) can (?:still |only )?"
    r"(?:send|receive|hear|see|talk|speak)(?: (?:e?mails?|them|everybody|everyone|callers|customers|others|me|us|messages))?"
    r"|(?:sending|receiving)(?: e?mails?)? (?:still )?(?:works?|is fine)"
    r"|(?:ich|wir) (?:hoere|hoeren|empfange|empfangen|sende|senden)(?: \w+){0,2} aber|(?:die anderen|alle|sie) hoeren mich (?:aber|gut|noch)"
    r"|(?:senden|empfangen|versand|empfang) (?:geht|funktioniert|klappt)(?! nicht))\b"
)
"""What works is no trouble: "I can receive but not send"."""
OUTWARD = re.compile(
    rf"\b(?:hears? {OF_US}|when (?:i|we) (?:speak|talk)|(?:im|i am|bin ich|bin) (?:silent|muted?|stumm)"
    r"|hoer(?:t|en) (?:nichts von )?(?:mich|uns|mir)|(?:mich|uns) (?:hoert|niemand|keiner)"
    r"|send|sent|sending|outbox|outgoing|go out|verschick\w*|versend\w*|senden|gesendet|(?:post)?ausgang)\b"
)
INWARD = re.compile(
    rf"\b(?:hear(?! {OF_US}\b)|hoere|no (?:sound|audio)|kein(?:en)? ton|ohne ton|receive[sd]?|receiving|incoming|inbox|posteingang"
    r"|no (?:new |more )?e?mails?|empfangen?|bekomme|(?:kommen|kommt) .{0,20}(?:keine|nicht) (?:mails? )?(?:an|mehr))\b"
)
"""Whether sound and mail do not go out or do not come in."""
REMOVAL = re.compile(
    r"\b(?:remove|take (?:me|him|her|them|my|his|their)|take away|still (?:have|has) (?:access|rights)|have access .{0,30}?(?:though|although) .{0,10}left|unsubscribe|revoke|(?:return|give back|hand back|hand in)(?:ing)? (?:my|the|a|this|his|her)|withdraw|offboard\w*|leavers?|last day"
    r"|aus dem verteiler|bitte .{0,40}?(?:entfernen|entziehen|austragen|loeschen|sperren)|ausgetreten|austritt|zurueckgeben|rueckgabe)\b"
)
"""Somebody or something is to be kept out, not let in."""
NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|cant|wont|dont|doesnt|isnt|without|nobody|nothing|unable|nicht|kein\w*|nie|nichts|niemand|ohne)\b"
)
WRONG = re.compile(
    r"\b(?:wrong|false|incorrect|too(?= \w)|twice|two times|doubled?|mixed up|instead of|rather than|statt|anstatt|falsch\w*|zu (?:viel|wenig)|doppelt|zweimal)\b"
)
"""It works, and not as it should."""
ENDLESS = re.compile(
    r"\b(?:constantly|non-?stop|all (?:the time|night|day)|keeps (?!disconnect|drop|los|crash|freez|cutting)\w+ing|by itself|on its own"
    r"|cant be (?:switched|turned) off|wont (?:stop|switch off)|does(?:nt| not) stop|dauernd|staendig|von (?:selbst|allein)"
    r"|laesst sich nicht (?:abstellen|ausschalten)|hoert nicht auf)\b"
)
"""It does so unasked, and is not to be stopped."""
DROPS = re.compile(
    r"\b(?:drops?|dropping|disconnect\w*|cut off|cuts out|keeps? losing|thrown out|kicks? (?:me|us) out"
    r"|bricht .{0,10}ab|abgebrochen|getrennt|fliegt?|fliege)\b"
)
"""What works for a while."""
FELLOWS = (
    r"[Cc]olleague|[Cc]o-?worker|[Aa]ssistant|[Bb]oss|[Mm]anager|[Ii]ntern|[Tt]rainee|[Aa]pprentice|[Ss]upervisor|[Dd]irector|[Tt]eammate"
    r"|[Ss]ecretary|[Ss]tudent|[Nn]urse|[Ee]mployee|[Dd]eputy|Kollegin|Kollege|Kollegen|Chefin|Chef|Assistentin|Assistent|Azubi|Praktikantin"
    r"|Praktikant|Mitarbeiterin|Mitarbeiter|Werkstudentin|Werkstudent|Vorgesetzter?|Sekretärin|Stellvertreterin|Stellvertreter"
)
PERSON = re.compile(
    rf"\b(?:Herrn?|Frau|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|{FELLOWS})\s+([A-ZÄÖÜ]\w+)"
    r"|\b(?!(?:It|That|There|Here|What|Who|Let|He|She|Today|Yesterday)['’])([A-Z]\w+)['’]s?\s"
    r"|\b([A-ZÄÖÜ][a-zäöüß]+ [A-ZÄÖÜ][a-zäöüß]+)(?= (?:has |hat )?(?:forgot|forgotten|can't remember|cannot remember|lost|is locked|locked"
    r"|vergessen|sein|ihr|ist gesperrt)\b)"
)
OF_ANOTHER = re.compile(
    rf"\b(?:[Mm]y|[Oo]ur|[Mm]eine?[nmr]?|[Uu]nsere?[nmr]?) (?:\w+ )?(?:{FELLOWS})\b"
    r"|\b(?:[Hh]er|[Hh]is|[Ii]hr|[Ss]ein) (?:account|user|password|pin|badge|phone|Konto|Benutzerkonto|Passwort|Kennwort|Account)\b"
    r"|\b(?:he|she|er|sie) (?:has |hat )?(?:forgot|forgotten|lost|vergessen|cannot|can't|kann)\b"
)
"""Told for somebody else."""
USER = re.compile(
    r"\b(?:user(?:name| name| id)?|login|benutzer(?:name)?|nutzer(?:name)?|kennung|kuerzel)(?::| is| ist)?\s+(?P<name>[a-z][\w.-]{2,30}?)(?=[.,;!?)]?(?:\s*$|[,;!?)]|\.\s))"
)
"""Who it is by the name they sign in with, which ends what is said."""
SITES = (
    r"[Ss]tore|[Bb]ranch|[Dd]epot|[Ss]ite|[Pp]lant|[Cc]linic|[Ww]ard|[Cc]ampus|[Ff]actory|[Hh]otel|[Rr]estaurant|[Ss]chool|[Ww]arehouse|[Hh]ospital"
    r"|[Ss]tudio|[Oo]utlet|[Ss]urgery|[Pp]harmacy|[Ll]ibrary|office"
)
GERMAN_SITES = (
    r"Filiale|Standort|Werk|Lager|Niederlassung|Klinik|Station|Praxis|Depot|Zweigstelle|Außenstelle|Baustelle|Geschäftsstelle|Zweigwerk|Campus|Schule"
    r"|Hotel|Apotheke|Markt|Laden|Betriebshof"
)
SITE = re.compile(
    rf"\b(?P<before>[A-Z][a-zäöüß]\w+(?: [A-Z][a-zäöüß]\w+)?) (?:{SITES})\b"
    rf"|\b(?:{SITES}|{GERMAN_SITES})(?: in| at| of)? [\"'„“]?(?P<after>[A-ZÄÖÜ][a-zäöüß]\w+(?: [A-ZÄÖÜ][a-zäöüß]\w+)?)"
)
"""Places that no list knows, by the capital letter of their name."""
NO_SITE = frozenset(
    "this that your their his her its any each some another other head home main post open old local remote branch dear which what and app play web"
    " both same entire heute site store office depot good windows microsoft google apple".split()
)
ACCESSORY = re.compile(
    r"\b(?:remote(?: control)?s?(?! (?:desktop|work|access|office|session|server|location|site))|cords?|brackets?|mounts?|holders?|stands?(?! still)|covers?|lids?|hinges?|straps?"
    r"|stylus|adapters?|dongles?|screws?|sleeves?|cables?|fernbedienung|\w*kabel|\w*halterung|\w*halter|staender|huelle|deckel|scharnier|schrauben?|abdeckung"
    r"|stift|adapter|gehaeuse|stecker)\b"
)
"""What belongs to a thing and is no part of what it does."""
ALARM = re.compile(
    r"\b(?:hack\w*|compromised|suspicious|phish\w*|scams?|fraud\w*|fake|malware|ransom\w*|virus\w*|trojan|breach\w*|leaked|intruder|stolen|gestohlen|geklaut"
    r"|gehackt|verdaechtig\w*|betrug\w*|betrueg\w*|gefaelscht\w*|schadsoftware|trojaner|unbefugt\w*|missbrauch\w*)\b"
)
"""That somebody means harm."""
WELL = (
    r"fast|quick|stable|normal|normally|good|fine|ok|okay|alright|all right|well|smooth|smoothly|online|accessible|reachable|responsive|healthy|green|alive|usable"
    r"|available|connected|quiet|readable|properly|correctly|up|working|running|there"
)
DOES = r"works?|prints?|connects?|loads?|opens?|starts?|syncs?|runs?|boots?|charges?|scans?|rings?|responds?|answers?|arrives?"
GUT = (
    r"stabil|schnell|normal|erreichbar|verfuegbar|online|ok|okay|gut|in ordnung|fluessig|problemlos|sauber|zu erreichen|lesbar|flott|einwandfrei|richtig|rund"
    r"|verbunden|wie gewohnt|wie immer|ganz normal|da"
)
TUT = (
    r"geht|gehen|laeuft|laufen|funktioniert|funktionieren|druckt|drucken|laedt|laden|startet|starten|verbindet sich|synchronisiert|klingelt|oeffnet sich|scannt"
    r"|bootet|reagiert|antwortet|klappt|tut"
)
TICKET = r"(?:ticket|case|incident|request|fall|anfrage|vorgang|meldung|stoerung)"
OVER = re.compile(
    r"^\W*recovery\b(?! key| code| mode)|\b(?:(?:works?|working|fine|ok|okay|up|running|reachable) again\b(?! not)|back to normal|resolved:|recovery:|(?<!be )recovered(?=[.,!]|$| at\b| now\b)"
    rf"|(?<!not )(?:{WELL}) again\b(?! not)|(?:{DOES}) (?:\w+ )?again(?=[.,!;]|$| (?:thanks|thank|now|since|after|properly|fine|without|as))"
    rf"|(?<!nothing )(?<!longer )(?<!never )(?:works|working|fine|stable|all good|sorted) now(?=[.,!;]|$| (?:thanks|thank|since|after))"
    r"|(?:is|are|has been|have been|got) (?:now |all |already )?(?:fixed|solved|resolved|sorted(?: out)?)\b"
    r"|(?:problem|issue|error|fault|trouble) (?:is |has )?(?:now )?(?:gone|disappeared|vanished|over|went away)\b|(?:was|is) (?:just |only )?a false alarm|never ?mind\b|no longer (?:needed|necessary|required)"
    rf"|(?:can|may) (?:now )?(?:close|be closed)\b.{{0,20}}{TICKET}|{TICKET} (?:can|may|kann|darf) .{{0,20}}(?:closed|geschlossen|zu)\b|(?:koennt|koennen|duerft) .{{0,20}}{TICKET} .{{0,12}}schliessen"
    r"|(?<!problem )(?<!issue )(?<!error )(?<!fault )(?:is|are) back(?= up\b| now\b| online\b|[,.!]|$)"
    r"|(?:geht|gehen|laeuft|laufen|funktioniert|funktionieren|ist|sind) wieder\b(?! (?:nicht|weg|aus|tot|mal|voll|kaputt|so)\b)"
    rf"|(?:{TUT}) (?:jetzt |nun |alles |nun alles |jetzt alles )?wieder(?=[.,!;]|$| (?:{GUT}|danke|vielen|alles|ohne|seit)\b)|wieder (?:{GUT})(?=[.,!;]|$| (?:danke|vielen|seit|und|nach|zu)\b)"
    rf"|(?:{TUT}) (?:jetzt|nun)(?=[.,!;]|$| (?:danke|vielen|einwandfrei|wieder)\b)|(?:ist|sind|wurde|hat sich) (?:jetzt |nun |inzwischen |schon |bereits |von selbst |damit )*(?:behoben|geloest|erledigt)\b"
    r"|entwarnung|war (?:nur )?(?:ein )?fehlalarm|nicht mehr (?:noetig|notwendig|erforderlich)|wieder (?:erreichbar|verfuegbar|da)\b|hat sich erledigt)"
)
UNTIL = re.compile(
    r"\b(?:until|till|unless|before|if|once|so that|get|gets|getting|make|bring|want|need|when will|when does|bis|damit|sobald|falls|wann|bevor|soll|muss) (?:\w+ ){0,5}?(?:\w+ing|again|wieder|back)\b"
)
"""It would be well then."""
BUT = re.compile(r"\b(?:but|however|aber)\b")
"""That all is well again, and no "but" with it."""
FAREWELL = re.compile(
    r"\b(?:(?:(?:kind|best|warm) )?(?:regards|wishes|greetings)|many thanks|cheers|sincerely|thx|thanks(?: a lot)?(?: and)?"
    r"|(?:mit )?(?:freundliche[nr]?|viele[nr]?|beste[nr]?|liebe[nr]?|schoene[nr]?) gruessen?|(?:danke (?:und )?)?gruss|mfg|lg|vg)\b"
    r"[,.!]*(?:\s+\S+){0,8}\s*$"
    r"|\b(?:says|said|writes|sagt|sagte|schreibt|meldet) \w+\W*$"
)
"""Who says good-bye says nothing of the trouble any more, whoever it is; nor does the name of who said it."""
MANY = re.compile(
    r"\b(?:everybody|everyone|nobody|we|us|our|all of|the whole|colleagues|wir|uns|alle|keiner|niemand|kollegen|ganze[nrs]?)\b"
)
"""More have it than the one who writes."""
FELLOW = re.compile(r"\b(?:too|as well|also|same|auch|ebenfalls|dasselbe)\b")
"""Whoever has it too is nobody else's trouble."""
