"""Subjects of answers that a machine gives while somebody is away, in the languages people work in (case 48).

A hint only: such a reply is kept inside, such a first mail opens an incident all the same. The phrase
must stand alone or before a colon, a date or the subject it answers: whoever writes about such
answers goes on with other words.
"""

import re

PHRASES = (
    # English
    r"(?:auto(?:matic|mated|matically generated)?[- ]?(?:reply|response|answer)|auto\s*(?=:)|(?:i am |i'm |currently )*(?:out of (?:the )?office|ooo|on (?:annual |parental |sick |maternity |paternity )?leave|on vacation|"
    r"on holiday|away from (?:my|the) (?:mail|desk|office))(?: auto-?(?:matic )?(?:reply|response)| message| notice)?|vacation(?: reply| response| notice)?|away message)",
    # German, Dutch
    r"(?:(?:ich bin )?(?:derzeit |zurzeit )?im urlaub|urlaub(?:sabwesenheit)?(?=\s*:)|automatische (?:antwort|rückmeldung|antwortmail)|auto-?antwort|abwesenheits?(?:notiz|meldung|nachricht|assistent|info|hinweis|benachrichtigung)?|abwesend|außer haus|ich bin nicht im büro|nicht im büro)",
    r"(?:automatisch (?:antwoord|bericht)|afwezig(?:heids?(?:bericht|assistent|melding))?|niet aanwezig|buiten kantoor)",
    # French, Spanish, Portuguese, Italian, Romanian
    r"(?:réponse automatique(?: d'absence)?|absen(?:ce|t|te|t\(e\)) du bureau|absent\(e\)|message d'absence|absence)",
    r"(?:respuesta (?:automática|de fuera de la oficina|de ausencia)|fuera de la oficina|ausente|resposta automática|ausência (?:do escritório|temporária)|fora do escritório)",
    r"(?:risposta automatica|fuori (?:sede|ufficio)|(?:assente|assenza) dall'ufficio|assente|răspuns automat)",
    # Polish, Czech, Slovak, Hungarian
    r"(?:autoodpowiedź|automatyczna odpowiedź|odpowiedź automatyczna|poza biurem|nieobecn\w+(?: w biurze)?|automatick[áý] odpove[ďd]ě?|automatická odpověď|mimo kancelář|automatikus válasz|házon kívül)",
    # Swedish, Danish, Norwegian, Finnish
    r"(?:auto(?:matisk|matiskt)?[- ]?svar|frånvar(?:o|ande)(?:meddelande)?|fravær(?:s(?:besked|melding|meddelelse))?|ikke til stede|ikke på kontoret|automaatti(?:nen )?vastaus|poissaoloviesti|poissaolo|poissa)",
    # Russian, Ukrainian, Greek, Turkish
    r"(?:автоматический ответ|автоответ(?:чик)?|вне офиса|автоматична відповідь|автовідповідь|поза офісом|αυτόματη απάντηση|εκτός γραφείου|otomatik (?:yanıt|cevap)|ofis dışında)",
    # Chinese, Japanese, Korean
    r"(?:自动(?:回复|答复)|自動(?:回覆|回复|応答|返信)|不在(?:通知|のお知らせ|届)?|外出中|자동 ?(?:회신|응답)|부재중(?: ?알림)?)",
)
END = r"\s*(?:\Z|[:\uff1a(!.,\u2013\u2014-]|\d|(?:re|aw|sv|vs|fwd?|until|till|from|bis|vom|jusqu'au|du|hasta|até|fino|dal|tot|do|til|до|с)\b)"
ANSWERED = r"\A\s*(?:(?:re|aw|sv|vs|antw|odp)\s*[:\uff1a]\s*)*"
AWAY = re.compile(rf"{ANSWERED}(?:{'|'.join(PHRASES)}){END}", re.IGNORECASE)
SOMEBODY = re.compile(
    rf"{ANSWERED}(?:auto:\s*)?(?P<who>\w[\w'.-]*(?:,? \w[\w'.-]*){{0,3}}?) (?:is|will be|ist|wird|est|está|no está|é|è|jest|är|er|on)(?: (?:currently|now|derzeit|zurzeit|actuellement|momenteel))? "
    r"(?:out of (?:the )?office|on (?:\w+ )?(?:leave|vacation)|on holidays?|away|(?:bis \S+ )?(?:außer haus|abwesend|nicht im (?:büro|haus)|im urlaub)|absente?(?:\(e\))?(?: du bureau)?|en congé|"
    rf"en la oficina|fuera de la oficina|ausente|fuori (?:ufficio|sede)|assente|afwezig|niet aanwezig|poza biurem|nieobecn\w+|frånvarande|fraværende){END}",
    re.IGNORECASE,
)
"""Lotus Notes and others say who is away."""
RECEIPT = re.compile(
    r"\A\s*(?:(?:not )?read|return receipt|(?:nicht )?gelesen|ungelesen gelöscht|empfangsbestätigung|(?:non )?lu|(?:no )?leído|(?:não )?lida?|(?:non )?letto|"
    r"(?:niet )?gelezen|przeczytano|přečteno|läst|læst|lest|luettu|okundu|прочтено|прочитано|已读|已讀|開封済み|읽음)\s*[:\uff1a]",
    re.IGNORECASE,
)
"""Subjects of receipts without the form of one: below a letter of ours nobody says more by them (case 64)."""


def says_away(subject: str, sender_name: str) -> bool:
    """Whether a subject says that its sender is away; what else may be "away" is a trouble."""
    if AWAY.match(subject):
        return True
    named = SOMEBODY.match(subject)
    return named is not None and not _words(named["who"]).isdisjoint(_words(sender_name))


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w{2,}", name.casefold()))
