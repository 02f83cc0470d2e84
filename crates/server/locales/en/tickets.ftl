
## Conversations with support
support-heading = Support
support-ask = Ask support
support-none = You have not asked anything yet.
support-none-unread = Ask a question or read our answers
support-unread =
    { $count ->
        [one] { $count } new answer
       *[other] { $count } new answers
    }
support-view-label = View support
ticket-topic = What is it about?
ticket-topic-phone-lost = My phone is lost or broken
ticket-topic-number-removal = My number is to be removed
ticket-topic-code-not-arriving = Codes do not arrive
ticket-topic-locked = Something is locked
ticket-topic-withdrawal = A withdrawal
ticket-topic-other = Something else
ticket-title = In a few words
ticket-text = What happened?
ticket-text-hint = Never write codes, passwords or numbers of documents or cards. We replace them before anybody reads them.
ticket-send = Send
ticket-reply = Your reply
ticket-mask-warning = This looks like a code or the number of a document or card. We never need those, and never keep them.
ticket-mask-now = Replace it with •••
ticket-waits-for-us = Waiting for our answer
ticket-answered = We answered
ticket-solved = Solved
ticket-closed = Closed
ticket-unread = New answer
ticket-due = We answer by { $until }.
ticket-told = We tell you by email when there is an answer. The email has a link here, never the answer itself.
ticket-not-told = This account has no email address, so we cannot tell you when there is an answer. Please look here again.
ticket-talk = What was said
ticket-you = You
ticket-support = { $brand } support
ticket-pictures = Pictures
ticket-picture = A picture that was sent along
ticket-forgotten = What was said here was deleted, as we promised.
ticket-closed-what = This conversation is closed. If something is still open, please ask again.
ticket-solve-what = Is everything answered? You can still reply later.
ticket-solve = Mark as solved
ticket-reopen = If you reply, the conversation is open again.
ticket-code-heading = Your conversation with support
ticket-code-what = Enter the access code that you were shown when you asked.
ticket-code = Access code
ticket-code-lost = If you no longer have the code, sign in with your password again and ask anew.
ticket-opened-heading = We have your question
ticket-opened-what = Follow our answer at this address, with this access code. You need both, and nothing else opens the conversation.
ticket-opened-address = Address
ticket-opened-once = The code is shown this once. Write it down, or copy it to a safe place. Nobody of our staff asks for it.
ticket-opened-go = Open the conversation
notice-ticket-opened = We have your question.
notice-message-sent = Sent.
notice-note-saved = The note was saved.
notice-ticket-solved = Marked as solved.
notice-ticket-assigned = The ticket was given on.
problem-ticket-title-missing = Say in a few words what it is about.
problem-ticket-title-long = At most { $limit } characters, please: the rest belongs below.
problem-ticket-text-missing = Write something first.
problem-ticket-text-long = At most { $limit } characters fit in one message.
problem-tickets-too-many = You have as many open questions as can be open at once. Please go on in one of them, or mark one as solved.
problem-ticket-messages-too-many = That is as much as can be written in an hour. Please try again later.
problem-ticket-closed = This conversation is closed. Please ask anew.
problem-ticket-masked = We replaced what looks like a code, a phone number or the number of a document or card. Nothing was sent yet: look at it, then send.
problem-ticket-topic-refused = This can only be asked when signed in.
problem-access-code-wrong = That is not the access code of this conversation.
problem-canned-name = Give it a name of at most { $limit } characters.
event-ticket-opened = Support was asked
event-ticket-opened-signed-out = Support was asked by somebody who knew the password and had not signed in
event-ticket-replied = A message to support
event-ticket-answered = Support answered
event-ticket-solved = A question to support was marked as solved
event-ticket-closed = A conversation with support was closed
event-ticket-code-wrong = A wrong access code was tried for a conversation with support

## The same on the console
console-tickets = Tickets
console-tickets-waiting =
    { $count ->
        [0] No ticket waits for an answer.
        [one] { $count } ticket waits for an answer.
       *[other] { $count } tickets wait for an answer.
    }
console-tickets-show = Show
console-tickets-none = There are none.
console-turn = Whose turn
console-turn-staff = Ours
console-turn-holder = The holder's
console-turn-over = Nobody's: solved or closed
console-whose = Assigned to
console-whose-all = Anybody
console-whose-mine = Me
console-whose-nobody = Nobody
console-topic-any = Any
console-due = Due
console-late = Late:
console-assignee = With
console-changed = Last change
console-unread = New
console-ticket-open = Ours
console-ticket-answered = The holder's
console-ticket-facts = The ticket
console-ticket-id = Ticket
console-ticket-account = Account
console-ticket-language = Language
console-ticket-signed-out = Asked by somebody who knew the password and had no second factor. Tell them nothing about the account.
console-ticket-not-told = The account has no email address: its holder has to look here for an answer.
console-ticket-removal = A number is removed by two: propose it on the account's page. No number is ever set here.
console-ticket-removal-go = Propose on the account's page
console-holder = Holder
console-by-command = Command line
console-note-only = note, seen by staff only
console-canned = Ready answer
console-canned-none = None
console-canned-insert = Insert
console-answer = Answer or note
console-answer-hint = Never ask for codes, passwords or documents here. Codes and numbers are replaced before the text is kept.
console-answer-send = Send answer
console-note-save = Keep as note
console-assign = Give it to
console-assign-go = Give
console-assign-me = Take it
console-solve-what = Nothing is left to do: the holder can still reply.
console-answers = Ready answers
console-answers-what = Answers for questions that come again and again, in each language.
console-answers-write = Write one
console-answers-name = Name
console-answers-text = Answer
console-answers-edit = Edit
console-answers-delete = Delete
