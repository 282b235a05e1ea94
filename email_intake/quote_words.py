"""The words that mail programs set above what they quote, by language (cases 121, 122)."""

import re

# "On 3 May 2026, Erin wrote:" in the languages people reply in; a digit must stand before the verb.
WROTE = re.compile(
    r"\b(?:wrote|schrieb|geschrieben|a\s+écrit|escribió|escreveu|ha\s+scritto|schreef|geschreven|pisze|napisał[ao]?|"
    r"napísal\w?|napsal\w?|napisa[ol]\w?|a\s+scris|skrev|skrivit|kirjoitti|написал(?:\(а\)|а)?|пише|έγραψε|írta|yazdı)\b|"
    r"写道|寫道|のメール|書きました|님이\s*작성",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"\A[^\w-]*-{2,}(?!-)\s*(?:Original Message|Reply Message|Ursprüngliche (?:Nachricht|Mail|E-?Mail)|Antwort Nachricht|Original-Nachricht|Message d'origine|"
    r"Mensaje original|Mensagem original|Messaggio originale|Oorspronkelijk bericht|Oryginalna wiadomość|"
    r"Wiadomość oryginalna|Ursprungligt meddelande|Alkuperäinen viesti|Oprindelig meddelelse|"
    r"Original melding|Исходное сообщение|原始邮件|原始郵件|元のメッセージ|Původní zpráva|Oprindelig besked|Opprinnelig melding|Eredeti üzenet|Orijinal [Mm]esaj|Αρχικό μήνυμα|Початкове повідомлення|원본 메시지|"
    r"Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|Messaggio inoltrato|Videresendt besked|Пересылаемое сообщение)\s*-{2,}\s*\Z",
    re.IGNORECASE,
)
FROM_LINE = re.compile(
    r"\A\W*(?:From|Von|De|De la|Da|Van|Od|Från|Fra|Lähettäjä|Kimden|Feladó|От|Від|Από|发件人|寄件者|差出人|보낸 사람|מאת|من)\W*[:\uff1a][^\S\n]*(?=.*[^\W\d_])\S",
    re.IGNORECASE,
)
SENT_LINE = re.compile(
    r"\A\W*(?:Sent|Date|Gesendet|Datum|Envoyé|Enviad[ao]|Fecha|Data|Inviato|Verzonden|Wysłano|Skickat|Sendt|Dato|Päiväys|Tarih|Dátum|Ημερομηνία|日期|날짜|"
    r"Lähetetty|Gönderildi|Elküldve|Отправлено|Дата|Надіслано|Στάλθηκε|发送时间|日期|送信日時|보낸 날짜|Odesláno|Odoslané|Trimis|Poslano|Изпратено|נשלח|تم الإرسال|تاريخ الإرسال)(?: am| le| el| em)?\W*[:\uff1a]",
    re.IGNORECASE,
)
SUBJECT_LINE = re.compile(
    r"\A\W*(?:Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Onderwerp|Temat|Ämne|Emne|Aihe|Konu|Tárgy|Тема|Předmět|主题|件名|제목)\W*[:\uff1a]",
    re.IGNORECASE,
)
PASSED_ON = re.compile(
    r"\A\W*(?:Begin forwarded message|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Début du message (?:réexpédié|transféré)|"
    r"Inicio del mensaje reenviado|Inizio (?:del )?messaggio inoltrato|Begin doorgestuurd bericht|Início da mensagem (?:re)?encaminhada|"
    r"Vidarebefordrat brev|Videresendt (?:meddelelse|melding)|Początek przekazywanej wiadomości|Начало переадресованного сообщения|"
    r"転送されたメッセージ|下面是被转发的邮件|以下は転送メッセージです)\s*[:\uff1a]\s*\Z",
    re.IGNORECASE,
)
# Somebody who says so wrote between lines that no sign tells apart.
ANSWERS_BELOW = re.compile(
    r"\b(?:(?:answers?|answered|comments?|repl(?:y|ies|ied)|responses?|see|notes?) (?:\w+ ){0,4}(?:below|inline|in[- ]line|in (?:red|blue|green|bold|colou?r))|inline (?:answers?|comments?)|in[- ]line below|"
    r"siehe (?:weiter )?unten|(?:antworten?|antworte|kommentare?|anmerkungen|geantwortet) (?:\w+ ){0,4}(?:unten|im text|in (?:rot|blau|grün))|in (?:rot|blau|grün)|"
    r"(?:réponses?|réponds|commentaires?|voir) (?:\w+ ){0,4}(?:ci-dessous|en (?:roug[e]|bleu))|(?:respuestas?|comentarios?) (?:\w+ ){0,4}(?:abajo|en rojo))\b",
    re.IGNORECASE,
)
