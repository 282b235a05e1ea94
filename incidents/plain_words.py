"""What a person's own words say about the trouble: solved, not solved, only thanks, or nothing clear.

Twelve languages. Rather nothing than a wrong guess: a false "solved" closes the door on somebody who
still needs help, so any doubt, question, condition or negation leaves the words to a person, and so does
any word beside it that is not known to be harmless.
"""

import re
from enum import StrEnum

from incidents.harmless_words import CORE, says_no_more, without_signature

LONGEST_VERDICT = 240
LONGEST_THANKS = 160


class Verdict(StrEnum):
    """What a person's own words say about the trouble, where they say it clearly."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


# Each language's way to say that it works now, as the core of the sentence.
SOLVED = re.compile(
    r"\b(?:"
    # English
    r"(?:that|this|it|which|everything|all|(?:step|fix|number) \d+|the fix|restarting|rebooting|reinstalling)(?:'s| is| are| has been| have been| has| was|)? ?(?:all |now |finally )*"
    r"(?:solved|fixed|resolved|sorted|works?|working|worked|helped|did the trick|back to normal|up again|(?:fine|good|ok|okay) (?:now|again))"
    r"|(?:(?:is |are |has been |was |'s )?(?:now |finally )?(?:working|works?|prints?|printing|connects?|connecting|starts|opens|loads|syncs|boots|scans|responds|back|fixed|fine|ok|okay|good|up) (?:again|now|fine again|to normal|properly))"
    r"|(?:that|this|which|rebooting|restarting|updating) did it(?! again)|worked a treat|(?:could )?(?:solved?|fixed|fix) it (?:by )?(?:myself|ourselves)|up and running|(?:am|'m|are) back in|can (?:now |finally )?(?:log ?in|sign in|print|connect|open it|access it|work|send mails?|get in) (?:again|now)"
    r"|(?:first|second|third|last|other) (?:one|fix|step|suggestion|tip|article) (?:did it|did the trick|fixed it|fixed|solved it|solved|helped|worked)|got it (?:working|to work)"
    r"|(?:works|working|worked|fixed|solved|resolved|sorted) (?:now|again|perfectly|fine|for me|like a charm|great)"
    r"|(?:it|that|this) (?:did|has) (?:indeed )?help(?:ed)?|(?:it|everything|all|which|that)(?:'s| is| are) (?:now |all )?back (?:up|online)|(?:started|began) (?:working|printing|connecting|responding|syncing) again"
    r"|(?:problem|issue|error|trouble) (?:has |just |then )?(?:went|gone) away|(?:problem|issue|error|trouble) (?:has |just )?(?:disappeared|vanished)"
    r"|(?:problem|issue|incident|trouble|error) (?:is |has been |was )?(?:now )?(?:solved|fixed|resolved|gone|over)"
    r"|you can close (?:it|this|the (?:ticket|incident|case))"
    # German
    r"|(?:funktioniert|geht|läuft|klappt|funktionieren|gehen) (?:jetzt|wieder|nun|alles|es|endlich|einwandfrei|super)"
    r"|alles (?:wieder |jetzt )*(?:gut|in ordnung|ok)|passt (?:jetzt|wieder)|(?:komme|kann) (?:mich |jetzt )*(?:wieder|jetzt) (?:rein|anmelden|einloggen|drucken|arbeiten)"
    r"|(?:es |das |jetzt )?hat (?:mir |jetzt |sofort |super )?(?:geholfen|geklappt|funktioniert)|(?:ist |wurde |problem )(?:jetzt |nun |damit )?(?:gelöst|behoben|erledigt)|hat sich (?:(?:von|selbst|selber|alleine?|inzwischen|schon|bereits|damit|jetzt|somit) ){0,3}(?:erledigt|gelöst)|(?:geht|tut|klappt|läuft|funktioniert)'?s (?:jetzt |nun |alles )?(?:wieder|jetzt|nun)"
    # French
    r"|(?:ça|cela|tout|il|elle) (?:re)?(?:marche|fonctionne)|(?:problème|incident|souci) (?:est )?(?:résolu|réglé)|(?:re)?(?:marche|fonctionne) (?:à nouveau|de nouveau|maintenant|enfin)|c'est (?:résolu|réglé|réparé|bon)"
    r"|tout (?:est )?rentré dans l'ordre|(?:ça|cela) a (?:bien )?(?:résolu|réglé|corrigé) (?:mon|le|notre) (?:problème|souci)"
    # Spanish, Portuguese, Italian
    r"|me ha (?:servido|ayudado|funcionado)|tutto (?:a posto|risolto)|(?:ora|adesso) va(?: bene)?(?=\W*(?:\Z|[,.!]))|ha funzionato(?=\W*(?:\Z|[,.!]))|(?:funcionou|deu certo)(?=\W*(?:\Z|[,.!]))|está tudo (?:certo|bem)(?: agora)?(?=\W*(?:\Z|[,.!]))"
    r"|(?:ya |ahora )?(?:funciona|va) (?:ya|bien|ahora|de nuevo|otra vez|perfectamente)|ya funciona(?: todo| bien)?|(?:ya |problema )?(?:está |quedó )?(?:resuelto|solucionado|arreglado)"
    r"|(?:já|agora) (?:está a )?funciona(?:r|ndo)?|(?:já |problema )?(?:está |foi )?resolvido|voltou a funcionar"
    r"|(?:ora|adesso) funziona(?: tutto)?|funziona (?:di nuovo|tutto|ora|adesso|perfettamente)|(?:problema )?(?:è (?:stato )?)?risolto"
    # Dutch
    r"|(?:het|alles|hij|dit) (?:werkt|doet het) (?:nu|weer|goed)|(?:het|dit|probleem)(?: is)? (?:nu )?(?:opgelost|verholpen)|heeft geholpen"
    # Polish, Czech
    r"|(?:już |teraz )(?:wszystko )?działa|działa (?:już|teraz|dobrze)|(?:problem )?(?:został )?rozwiązany|pomogło|(?:už |teď )(?:to )?funguje|funguje (?:to )?(?:už|znovu|zase)|vyřešeno"
    # Swedish, Danish, Norwegian, Finnish
    r"|(?:fungerar|funkar|virker|fungerer) (?:igen|igjen|nu|nå)|(?:nu|nå) (?:fungerar|funkar|virker|fungerer) (?:det|allt|alt)|(?:det|allt|alt) (?:fungerar|funkar|virker|fungerer) (?:nu|igen|nå|igjen)|(?:det|problemet|problem) (?:är|er|blev|ble)?(?: nu| nå)? ?(?:löst|løst)"
    r"|toimii (?:nyt|taas|jälleen)|(?:nyt|kaikki) toimii|ongelma (?:on )?(?:ratkaistu|ratkesi|korjattu)"
    # Turkish
    r"|(?:şimdi|artık|tekrar|yeniden) çalışıyor|(?:sorun )?çözüldü|düzeldi"
    r")\b"
    # Russian, Ukrainian, Greek and the languages that write without blanks
    r"|(?:всё |все |теперь |уже |снова |опять )(?:снова )?(?:работает|заработало)|работает (?:снова|теперь)|заработало|(?:все|вже|тепер) (?:знову )?працює|працює (?:знову|тепер)|вирішено|(?:проблема )?решена|помогло"
    r"|(?:λύθηκε|δουλεύει (?:τώρα|πάλι|ξανά))|解决了|可以用了|好了|直りました|解決しました|使えるようになりました|해결됐습니다|해결되었습니다|잘 됩니다"
    r"|\A\W*(?:(?:yes|yep|yeah|ja|oui|sí|sim|sì|tak|ano|kyllä|да|so|ok|okay|hi|hello|great|perfect|super|now)\W+)*(?:it is |it's |that |it |all )?"
    r"(?:solved|fixed|resolved|sorted|works|worked|working now|all good|done,? (?:it )?works|gelöst|erledigt|behoben|geht wieder|"
    r"résolu|réglé|resuelto|solucionado|resolvido|risolto|opgelost|rozwiązane|löst|løst|ratkaistu|решено|çözüldü|已解决|"
    r"(?:klappt|funktioniert|läuft|działa|funziona|funciona|toimii|funguje|fungerar|virker|fungerer|marche|fonctionne|werkt|работает|працює|çalışıyor)(?=\s*(?:[,.!]|\Z)))(?!\w)",
    re.IGNORECASE,
)
NOT_SOLVED = re.compile(
    r"\b(?:"
    r"still (?:there|same|exist\w*|persist\w*|remain\w*|stuck|the case|present|not|no|does ?n.t|do ?n.t|is ?n.t|has ?n.t|can.?t|cannot|broken|need|have (?:the|this)|the same|happen\w*|disconnect\w*|drop\w*|down|fail\w*|crash\w*|freez\w*|slow|jam\w*|offline|get(?:ting)? (?:the|an|this)|see(?:ing)? the|unable)"
    r"|(?:did|does|do|has|is|have|was|are)(?: not|n.?t)(?: \w+)? ?(?:help\w*|work\w*|solve\w*|fix\w*|resolve\w*|do anything|change anything|make any)"
    r"|not (?:been |really |quite |at all )?(?:solved|fixed|working|resolved|helping|helpful)|(?:can.?t|cannot|could ?n.t|unable to) (?:still )?(?:connect|log ?in|sign in|print|open|access|reach|get in)"
    r"|no(?:ne)? (?:luck|of (?:these|them|this|that|the)(?: \w+)? (?:help|work|solv|fix)\w*|change|improvement|difference|success)"
    r"|same (?:problem|issue|error|thing|message)(?: again| as before| here)?|(?<!no longer )(?<!not )persists?|(?:issue|problem|error) remains|(?:unfortunately|sadly|regrettably|afraid) (?:not|no)|no joy|neither (?:\w+ )?(?:help|work|solv|fix)\w*|did nothing|(?:fix|step|article|it|that) did nothing|nothing (?:help|work|chang)\w*|(?:it|problem|error|issue)(?:'s| is| has come|) (?:back(?! (?:up|online|on|in|working|to work|to normal|with|and)\b)|again there)|keeps? (?:dropping|failing|crashing|happening|disconnecting|freezing)"
    r"|(?:i|we) (?:still )?need (?:more )?help|(?:made|makes|is|it's|got) (?:it |things |even )*worse|without success|to no avail"
    # German
    r"|(?:immer noch|noch immer|weiterhin|nach wie vor) (?:\w+ ){0,3}(?:nicht|kein\w*|da|defekt|kaputt|derselbe|dasselbe|das gleiche|problem\w*)|(?:funktioniert|geht|klappt|läuft|tut) (?:\w+ ){0,3}nicht(?! (?:weiter|mehr um)\b)|"
    r"(?:gleicher?|selber?|derselbe|dasselbe|gleiches) (?:fehler|problem|meldung)(?: wie)?|(?:nichts|nix) (?:hilft|geholfen|geändert|verändert|genützt)|(?:hilft|ändert|nützt) (?:alles )?(?:nichts|nix)|unverändert|geht (?:\w+ ){0,2}(?:gar )?nichts mehr|schlimmer geworden|brauche (?:weiterhin|noch|immer noch|noch immer|leider) (?:\w+ )?hilfe|nicht (?:geholfen|gelöst|behoben)|kein(?:e)? (?:änderung|besserung|erfolg)|kein(?:er|e|es|en)? (?:der|von|davon) (?:\w+ ){0,3}(?:geholfen|funktioniert|geklappt)|leider (?:nicht|ohne|nein)|besteht (?:weiterhin|immer noch|noch immer|nach wie vor)|(?:tritt|kommt) (?:immer noch|weiterhin|nach wie vor)|bringt nichts|nichts gebracht"
    # French
    r"|ne (?:marche|fonctionne|change) (?:\w+ )?(?:pas|plus|rien)|n'(?:a|est) (?:\w+ )?(?:pas|rien) (?:aidé|changé|résolu|fonctionné|marché|réglé)|toujours (?:pas|le même|en panne)|problème (?:persiste|demeure|reste)|pas mieux|aucun (?:changement|effet)|rien n'a (?:changé|marché|aidé)|n'a rien changé"
    # Spanish, Portuguese, Italian
    r"|sigue (?:sin|igual|fallando)|no (?:ha )?(?:servido|sirvió|sirve)|(?:he probado|probé|intentado) y nada|sin (?:cambios|éxito)|(?:mesmo|mismo) (?:problema|erro|error)|non è servito|ancora niente|niente da fare|nessun cambiamento|sem (?:sucesso|alteração)|(?:todavía|aún|ya) no (?:funciona|va)|no (?:funciona|ha funcionado|funcionó|me ha ayudado|ayudó|sirvió|se ha resuelto)|(?:ainda )?não (?:funciona|funcionou|resolveu|ajudou|está resolvido)|nada (?:ha cambiado|cambió|mudou|ayuda)|continua (?:sem|igual|com o)"
    r"|(?:ancora )?non (?:funziona|ha funzionato|va|ha aiutato|è (?:stato )?risolto|risolve)|(?:nulla|niente) è cambiato|stesso (?:problema|errore)"
    # Dutch
    r"|(?:nog (?:steeds|altijd)) (?:niet|geen|hetzelfde|kapot)|(?:werkt|helpt|lukt) (?:\w+ ){0,2}niet|(?:niet|niets) (?:geholpen|opgelost)|geen (?:verandering|verschil|succes)"
    # Polish, Czech
    r"|(?:nadal|wciąż|dalej) nie|nie (?:działa|pomogło|pomaga)|(?:pořád|stále) (?:to )?ne\w+|bez zmian|beze změny|nefunguje|nepomohlo"
    # Swedish, Danish, Norwegian, Finnish
    r"|(?:fungerar|funkar|hjälpte|virker|hjalp|fungerer|hjelp) (?:\w+ ){0,2}(?:inte|ikke)|(?:fortfarande|fortsatt|stadig) (?:\w+ )?(?:inte|ikke|samma|samme)|(?:ei|eivät) (?:vieläkään |edelleenkään )?(?:toimi|auttanut|auta)|ingen (?:skillnad|forskel|forskjell|förändring)|ei muutosta|edelleen (?:sama|rikki)"
    # Turkish
    r"|(?:hâlâ|hala) (?:çalışmıyor|aynı)|çalışmıyor|işe yaramadı|çözülmedi"
    r")\b"
    r"|(?:не|ещё не|все ещё не|всё ещё не|до сих пор не|досі не|все ще не) (?:работает|працює|допомогло|помогло|решена|заработало)|δεν (?:δουλεύει|λειτουργεί|βοήθησε|λύθηκε)"
    r"|\A\W*(?:no|nope|nein|nö|non|nee|não|nei|nej|нет|ні|hayır|いいえ)\W*\Z|还是不行|没有解决|不能用|没用|まだ(?:直りません|使えません|解決していません|だめ)|直っていません|안 됩니다|안됩니다|해결되지 않",
    re.IGNORECASE,
)
DOUBT = re.compile(
    r"\?|？|\w+n't\b|\b(?:but|however|although|though|except|if|when|until|once|unless|sometimes|partly|partially|almost|hope\w*|should|would|could|might|maybe|perhaps|probably|seems?|think|tried|try|trying|tomorrow|for (?:bob|my colleague)|"
    r"only (?:at|on|for|in|when|with)|half|barely|hardly|scarcely|doubt\w*|wrong|worse|broke|broken|on (?:my|the|this|his|her|their|another|some)|for a (?:while|moment|minute|second|day|bit)|so (?:did|does|is|are|has|have)|then|nearly|yesterday|before|used to|last time|previously|not|never|no longer|want\w*|wish\w*|told|says?|said|heard|old|please|make sure|prices?|needs?|must|have to|has to|by noon|today|other|another|new problem|still|again broken|somebody else|"
    r"aber|kaum|angeblich|jedoch|wenn|falls|ob|manchmal|vielleicht|fast|nur|nicht|kein\w*|hoffe\w*|teilweise|gestern|muss|müssen|soll\w*|bis|"
    r"mais|si|quand|parfois|peut-être|presque|pas|"
    r"pero|cuando|a veces|quizás?|casi|no|mas|quando|às vezes|talvez|quase|não|"
    r"ma|però|se|forse|a volte|quasi|non|maar|als|soms|misschien|bijna|niet|geen|"
    r"ale|jeśli|czasami|może|prawie|nie|když|možná|skoro|"
    r"men|om|ibland|kanske|nästan|inte|hvis|noen ganger|nogle gange|måske|kanskje|nesten|ikke|mutta|jos|joskus|ehkä|melkein|ei|ama|eğer|bazen|belki|değil)\b"
    r"|\b(?:но|если|иногда|может|почти|не)\b|αλλά|όταν|δεν|但是|如果|有时|でも|しかし|もし|하지만|만약",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"\A\W*(?:(?:many|ok|okay|great|perfect|super|alright|hi|hello|dear)\W+(?:[A-Z][\w-]{1,20},?\W+)?)*"
    r"(?:thanks?(?: you)?|thx|ty|cheers|much appreciated|danke(?: schön| sehr)?|vielen dank|besten dank|merci(?: beaucoup)?|gracias|muchas gracias|mil gracias|"
    r"obrigad[oa]|grazie(?: mille)?|bedankt|dank je|dank u|hartelijk dank|dziękuję|dzięki|tack(?: så mycket)?|tak(?: for hjælpen)?|mange tak|takk|tusen takk|kiitos|"
    r"děkuji|díky|teşekkürler|teşekkür ederim|спасибо|дякую|ευχαριστώ|谢谢|謝謝|ありがとう(?:ございます|ございました)?|감사합니다|köszönöm)"
    r"(?![\w])[\w\s,.!:)'’-]{0,80}\Z",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"(?:\A|[.!,;:]\s)\W*(?:(?:hi|hello|hallo|und|and|ok|danke)\W+)*(?:"
    r"(?:is|are|was|does|do|did|has|have|can|will) (?:it|this|that|the|my|our|your|everything|all|there|you|we|i)\b|(?:who|what|when|why|how|where|which|let me know|tell me)\b"
    r"|(?:ist|sind|hat|haben|kann|wird) (?:es|das|der|die|dies\w*|mein\w*|unser\w*|alles|jetzt|ich|man|sich)\b|(?:funktioniert|geht|läuft|klappt|tut) (?:(?:jetzt|nun|denn|das|der|die|mein\w*) )*(?:es|das|der|die|mein\w*)\b"
    r"|(?:wie|wann|wo|wer|warum|was|ob|wieso|weshalb|welche[rs]?)\b|est-ce|(?:cuándo|cómo|quién|qué|quando|come|chi|wanneer|hoe|wie|czy|kiedy|kdy|när|hvornår|når|milloin|когда|коли)\b"
    r"|(?:werkt|doet) (?:het|alles|dit)\b|(?:fungerar|funkar|virker|fungerer) (?:det|allt|alt)\b)"
    r"|\A(?:läuft|funktioniert|geht|klappt) (?:jetzt|nun|wieder) alles\W*\Z|\A\W*funguje to už\W*\Z|¿",
    re.IGNORECASE,
)
"""Asked, with or without the sign for it: who asks goes on without knowing."""
SOUNDS_OTHERWISE = re.compile(
    r"[\"“”„«»‚‘]|(?<!\w)'\w+'(?!\w)|/s\b|[:;]-?[(/\\|]|\b(?:yeah,? yeah|ja,? ja|jaja|oui,? oui|lol|haha\w*|rofl|not)\b|\b(?:we|i)(?:'m| am| are|'re) working\b"
    r"|\bgeht (?:es )?(?:jetzt |nun )?um\b|\bgeht es (?:ihnen|dir|euch|ihm|ihr)\b|\berledigt (?:das|es|dies|ihr|bitte|mal)\b|\b(?:funciona|fonctionne|marche|funziona|va) male?\b",
    re.IGNORECASE,
)
"""In quotes, with a grin, or about something else."""
SIGN = r"[\U0001F44D\U0001F44C\U0001F44F\U0001F64F\U0001F64C\U0001F389\U0001F4AF\U0001F600-\U0001F60A\U0001F60D\U0001F642\U0001F917\U0001F970\u2764\u2705\u2714]"
SIGNS = re.compile(rf"{SIGN}[\U0001F3FB-\U0001F3FF\ufe0f\u200d ]*")
OTHER_SIGN = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")
"""A face or a thumb of which nobody can tell that it is content."""
NODS = re.compile(
    rf"(?:\w[\w .,'-]{{0,60}} reacted )?\W{{0,3}}(?:{SIGN}[\U0001F3FB-\U0001F3FF\ufe0f\u200d ]*){{1,5}}(?:to your message\b.{{0,80}}|\w[\w .,'-]{{0,60}} reacted via Gmail\W{{0,3}}(?:<\S+>)?)?\W*\Z"
)
"""A sign of content, also as mail programs send it for somebody who pressed one below a letter."""
MORE_THAN_THANKS = re.compile(
    r"\b(?:but|still|not|again|however|also|please|need|new|another|back|broken|aber|noch|wieder|nicht|bitte|auch|mais|encore|pas|pero|todavía|no|mas|ainda|não|ma|ancora|non|maar|nog|niet|ale|"
    r"nadal|nie|men|inte|ikke|fortfarande|stadig|mutta|ei|ama|но|не|ещё)\b|\w+n't\b",
    re.IGNORECASE,
)

NO_MORE = re.compile(
    r"\b(?:is |'s |it's )?(?:no longer (?:an issue|a problem)|(?<!it )not (?:an issue|a problem) any ?more)\b"
    r"|\b(?:besteht|existiert) nicht mehr\b|\btritt nicht mehr auf\b|\bist kein problem mehr\b",
    re.IGNORECASE,
)
"""Denied, and over: the trouble, not the cure."""


def verdict_of(text: str) -> Verdict | None:
    """Whether these words say clearly that it is solved, or is not; None leaves it to a person."""
    words = " ".join(without_signature(text).replace("’", "'").split())
    if not words or len(words) > LONGEST_VERDICT:
        return None
    if NOT_SOLVED.search(words):
        rest = NOT_SOLVED.sub(" ", words)
        return None if SOLVED.search(rest) or "?" in words else Verdict.NOT_SOLVED
    plain = _without_politeness(NO_MORE.sub(" it is solved ", words))
    if ASKS.search(plain) or SOUNDS_OTHERWISE.search(plain) or OTHER_SIGN.search(SIGNS.sub(" ", plain)):
        return None
    rest, cores = SOLVED.subn(f" {CORE} ", plain)
    if cores and not DOUBT.search(plain) and says_no_more(rest):
        return Verdict.SOLVED
    return None


def is_thanks(text: str) -> bool:
    """Whether these words say thanks and nothing more."""
    words = " ".join(text.replace("’", "'").split())
    if NODS.match(words):
        return True
    return (
        len(words) <= LONGEST_THANKS
        and THANKS.match(words) is not None
        and not MORE_THAN_THANKS.search(words)
    )


def _without_politeness(words: str) -> str:
    """Without phrases that hold a word of doubt and mean none."""
    return re.sub(
        r"\b(?:never mind|no need to do anything|no (?:further|more) (?:help|action|questions?)(?: (?:is )?(?:needed|required))?|(?:on|at|from) (?:my|our) (?:end|side)|(?:just )?as expected|(?:(?:i|we|i've|i have) )?(?:just )?tried (?:(?:the|your|this|that|it|out|first|second|third|last|one|fix|step|suggestion|tip|restart|article)\s){1,4}and(?= (?:it|that|this|now|everything) )|no problem(?:s)?(?: (?:any ?more|now))?|if you want|(?:you can|please) close(?: (?:it|this|the \w+))?|no more (?:errors?|problems?|issues?|trouble)|kann geschlossen werden|(?:podéis|pueden|puede|puedes) cerrar (?:el|la) (?:ticket|incidencia|caso)|vous pouvez (?:clore|fermer) le ticket|potete chiudere il ticket|pode(?:m)? fechar o (?:ticket|chamado))\b",
        " ",
        words,
        flags=re.IGNORECASE,
    )
