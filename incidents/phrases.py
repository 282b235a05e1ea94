"""How people put it: the turns of phrase by which a report asks, wishes, denies, or tells that all is well again.

English and German, on folded text (`incidents.concepts.fold`) but for names of people, which need their capital letter.
"""

import re

QUESTION = re.compile(
    r"\b(?:how (?:do|can|to|should)|where (?:can|do)|what do i (?:have|need)"
    r"|what (?:is|are) the|which \w+ do we|may i"
    r"|wie (?:kann|mache?|stelle?|trage?|aende?re?|richte?|lege?|bekomme?|komme?|nehme?|rechne?) ich|wo (?:kann|finde?|stelle?)"
    r"|wie (?:geht|lang|viele?)|welche[rsn]? \w+ (?:gelten|gilt|nutzen))\b"
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
    r"\b(?:remove|take (?:me|him|her|them|my|his|their)|take away|still (?:have|has) (?:access|rights)|have access .{0,30}?(?:though|although) .{0,10}left|unsubscribe|revoke|withdraw|offboard\w*|leavers?|last day"
    r"|aus dem verteiler|bitte .{0,40}?(?:entfernen|entziehen|austragen|loeschen|sperren)|ausgetreten|austritt)\b"
)
"""Somebody or something is to be kept out, not let in."""
NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|cant|wont|dont|doesnt|isnt|without|nobody|nothing|unable|nicht|kein\w*|nie|nichts|niemand|ohne)\b"
)
WRONG = re.compile(
    r"\b(?:wrong|false|incorrect|too(?= \w)|twice|two times|doubled?|mixed up|falsch\w*|zu (?:viel|wenig)|doppelt|zweimal)\b"
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
PERSON = re.compile(
    r"\b(?:Herrn?|Frau|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|[Cc]olleague|Kollegin|Kollege|Kollegen)\s+([A-ZÄÖÜ]\w+)"
    r"|\b(?!(?:It|That|There|Here|What|Who|Let|He|She|Today|Yesterday)['’])([A-Z]\w+)['’]s?\s"
)
OVER = re.compile(
    r"\b(?:(?:works?|working|fine|ok|okay|up|running|reachable) again\b(?! not)|back to normal|resolved:|recovery\b"
    r"|(?<!problem )(?<!issue )(?<!error )(?<!fault )(?:is|are) back(?= up\b| now\b| online\b|[,.!]|$)"
    r"|(?:geht|gehen|laeuft|laufen|funktioniert|funktionieren|ist|sind) wieder\b(?! (?:nicht|weg|aus|tot|mal|voll|kaputt|so)\b)"
    r"|wieder (?:erreichbar|verfuegbar|da)\b|hat sich erledigt)"
)
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
