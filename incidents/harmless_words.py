"""What may stand beside "it works" and changes nothing: thanks, greetings, names of things, what one did oneself."""

import re

# Whoever says more than this says something that a person has to read.
HARMLESS = frozenset(
    # English
    "a about actually add adding after again all alright am and any anything application app apps are as awesome back best brilliant browser by "
    "bye cable cache calendar calls camera can cheers cleared clearing client close computer connect connects connection cookies could "
    "day dear desktop device did display docking done drive driver drivers email emails end erfolg everyone everything "
    "excellent excel file files finally fine first fix fixed folder for from further good great greetings guys headset hello help "
    "helpful hey hi hooray i in instantly internet is it it's i'm i've just keyboard kind kindly laptop log logging login lot lots "
    "lovely machine mail mails many mate me microphone microsoft monitor morning mouse much my network nice nicely now of off office ok okay on "
    "one onedrive our out outlook password pc perfect perfectly please printer printing printed prints program quick quickly "
    "reboot rebooted rebooting reconnected regards reinstall reinstalled reinstalling replaced reset resetting restart restarted restarting resolved router "
    "running same scanner screen second server session sharepoint sign signed so solution solved software sound step steps stuff super support "
    "suggestion switched system ta treat team teams thank thanks that that's the there third this thx ticket to tip today tool trick truly turned "
    "unplugged up update updated updating us used user usual very video vpn was way we webcam well wifi wi-fi wlan windows with wonderful word "
    "work works working worked itself myself overnight suddenly started reply response answer fast ty tyvm yay yeah yep yes you your yours zoom step solved "
    # German
    "alle alles ans anmeldung auf bei beste besten bestens bildschirm bitte bin da dank danke dankeschön das dem den der des die dies dieser "
    "dieses dir doch drucken drucker ein eine einwandfrei endlich er erledigt erneut erste ersten es euch freundliche freundlichen für gelöst geschlossen "
    "ganz gern gerne gruß grüße grüßen gut guten hab habe hallo hat hi hilfe ich ihnen ihr im internet ist ja jetzt kann konto lg liebe lieben läuft "
    "lösung mail mails maus mein meine mfg mich mir mit morgen moin nach nachdem neu neugestartet neustart netz netzwerk nun ordnung passwort "
    "perfekt prima problemlos punkt rechner rein scanner schnelle schnellen schnell schritt schön schönen schöne sehr sie sieht so soweit spitze "
    "super tag tastatur ticket tipp toll und uns vielen viele von vorschlag war wie wieder wird wunderbar wunderbare zu zugang zur zweite zweiten über "
    # French, Spanish, Portuguese, Italian
    "au aide à ai beaucoup bien bonjour bonne bonsoir ce cela cette cordialement de depuis du en est et fonctionne grand grâce imprimante je "
    "journée j'ai la le les l'imprimante l'ordinateur maintenant merci mille mon ma nickel normalement nouveau nouveau nous oui ordinateur parfait parfaitement "
    "redémarrage redémarré redémarrer suffi reinicié reiniciado reiniciar riavviato riavvio reiniciei "
    "pour super ticket tous tout toute très un une votre vous ça "
    "ahora al ayuda bien buenos buenas cordial correctamente con de día días el ella ese está esto excelente genial gracias hola impresora la "
    "las lo mi mil muchas muchísimas muy nuevo ordenador perfectamente perfecto por portátil que saludo saludos se si sí su todo todos un una vez y ya "
    "agora ajuda ao bem bom boa com computador desde dia do da e está impressora já mais meu minha muito normal novo novamente o obrigada obrigado os para "
    "perfeito pela pelo sim tudo um uma "
    "adesso aiuto buon buongiorno ciao con cordiali del dell'aiuto della di e grazie il la l'aiuto mille molte nuovo ora ottimo per perfettamente perfetto "
    "saluti sì stampante tanto tante tutto tutti un va "
    # Dutch, Polish, Czech, Nordic, Finnish, Turkish
    "aan alles bedankt dank dankjewel dat de dit een en fijn goed goede groet groeten graag het hij hoi hulp hartelijk ik je jullie ja mijn met nu opgelost "
    "perfect prima printer super u uw veel vlotte voor weer wel werkt zeer "
    "bardzo drukarka dzięki dziękuję działa hej już komputer ładnie pomoc poprawnie pozdrawiam ślicznie super tak teraz to w wielkie wszystko z za znowu "
    "ahoj děkuji díky dobrý den moc opět počítač perfektní pozdravem pomoc problém s se super teď tiskárna to už vše všechno za zase znovu "
    "allt alt bra datorn den det du då er en ett fint fungerar fungerer för for fra från funkar för hej hei hjelp hjælp hjälp hjälpen hjælpen hjelpen "
    "hälsningar hilsen i igen igjen ja jag jeg jättebra med mange mvh mycket nu nå og også och printeren printern skrivaren skriveren så tack tak takk til tusen "
    "tusind utmärkt venlig virker vennlig "
    "apua avusta hei hienoa hyvin jälleen kaikki kiitos kone moi nyt paljon suuri taas terveisin tietokone toimii tulostin "
    "artık bilgisayar çok ederim ediyorum merhaba şimdi tekrar teşekkür teşekkürler her şey yazıcı yardımınız için "
    # Russian, Ukrainian, Greek
    "большое вам все всё всем да день добрый за здравствуйте и интернет компьютер мне мой моя на огромное опять отлично очень помощь почта принтер привет "
    "работает с снова спасибо супер теперь то у уважением уже это дуже вже вам все день добрий дякую за знову і комп'ютер пошта тепер "
    "όλα ευχαριστώ πολύ τώρα το ο η για τη βοήθεια υπολογιστής εκτυπωτής ξανά πάλι καλά "
    # Chinese, Japanese, Korean
    "谢谢 非常感谢 感谢 多谢 谢谢你 谢谢您 已经 现在 都 打印机 电脑 你好 您好 可以 "
    "ありがとう ありがとうございます ありがとうございました 無事 無事に もう おかげで おかげさまで プリンタ プリンター が は パソコン お世話になっております "
    "감사합니다 고맙습니다 이제 다시 프린터가 네 안녕하세요".split()
)
DETERMINER = r"(?:the|my|our|der|die|das|mein|meine|unser|unsere|le|la|les|mon|ma|notre|el|mi|nuestra|il|lo|mio|o|a|meu|minha|het|de|mijn|moja|min|mitt|мой|моя)"
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
CORE = "\u2713"
TROUBLE = r"(?:problem|problema|problème|probleem|problemet|ongelma|sorun|fehler|error|issue|trouble|проблема|проблему|πρόβλημα|问题|問題[はが]|문제가)"
SUBJECT = re.compile(
    rf"(?:\b{DETERMINER}\s+[\w-]+|{TROUBLE}(?:已经)?|(?-i:\b[A-Z]{{2,10}}))\s+{CORE}|{CORE}\s+{DETERMINER}\s+{TROUBLE}\b",
    re.IGNORECASE,
)
"""What it is that works: one word after a determiner."""
THANKED = r"(?i:thanks|you|danke|dank|merci|gracias|grazie|tack|tak|takk|kiitos|hi|hello|hallo|hej|hola|ciao|dear|lg|mfg|regards|gruß|grüße|best)"
NAME = re.compile(rf"(\A|[,.!]|\b{THANKED})\s*(?:[A-ZÀ-ÖØ-ÞА-Я][\w'-]*\.?\s*){{1,3}}[,.!]?\s*\Z")
"""Who signs below, or is greeted or thanked."""

DANGLING = re.compile(r"\b(?:is|are|isn't|ist|sind|est|è)\W*\Z", re.IGNORECASE)
"""What is over is said of one thing, and then another "is" still."""


def says_no_more(rest: str) -> bool:
    """Whether these words, `CORE` standing for the clear one, add nothing to it."""
    without = SUBJECT.sub(CORE, rest)
    if DANGLING.search(without):
        return False
    parts = [NAME.sub(r"\1", part) for part in re.split(r"(?<=[,.!])\s", without)]
    return all(word.casefold() in HARMLESS for part in parts for word in WORD.findall(part))


CLOSING = re.compile(
    r"\A\W*(?:(?:with |mit )?(?:best|kind|warm|kindest|many|freundlichen|viele|liebe|beste|schöne)?\s*(?:regards|wishes|grüßen?|gruß)|cheers|sincerely|yours|"
    r"thanks(?: again)?|thank you|danke|lg|vg|mfg|bg|cordialement|bien à vous|saludos|un saludo|atentamente|(?:cordiali )?saluti|met vriendelijke groet(?:en)?|"
    r"groeten|pozdrawiam|z poważaniem|s pozdravem|mvh|(?:vänliga )?hälsningar|(?:med |de )?(?:venlig|vennlig) hilsen|hilsen|(?:ystävällisin )?terveisin|"
    r"с уважением|з повагою|saygılarımla)\W*\Z",
    re.IGNORECASE,
)
MOST_SIGNED = 8
SMALL_WORD = frozenset(
    "of and the for at to in der die das für und von de du la le et des del y e di van en i och og ja".split()
)


def without_signature(text: str) -> str:
    """The words above a closing, where below it stand only a name, a post, numbers and addresses."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        below = [one for one in lines[at + 1 :] if one.strip()]
        if CLOSING.match(line) and len(below) <= MOST_SIGNED and all(map(_signs, below)):
            return "\n".join(lines[:at])
    return text


def _signs(line: str) -> bool:
    """Whether a line is written as a name or a post is: in capitals, or with digits and addresses."""
    words = re.findall(r"[^\s|,;/()•·–-]+", line)
    return len(line) <= 80 and all(
        not word[0].islower() or word.casefold() in SMALL_WORD or re.search(r"[\d@]|\w\.\w", word)
        for word in words
    )
