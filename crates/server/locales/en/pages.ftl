# The Security Center's words in English: one key per sentence.
# Values stand in { $braces }. Numbers of problems are in web/views/problem.rs.

## Every page
title-problem = Error:
skip = Skip to content
signed-in-as = Signed in as { $holder }
sign-out = Sign out
sign-in = Sign in
sign-up = Sign up
continue = Continue
back = Back
back-overview = Back to overview
cancel = Cancel
view = View
save = Save
copy = Copy
copied = Copied
close = Close
go-back = Go back
not-now = Not now
start-again = Start again
set-up = Set up
change = Change
remove = Remove
rename = Rename
print = Print
download = Download .txt
step = Step { $step } of { $steps }
summary-title = Please check these fields
never-ask = Our staff never ask for codes or passwords.
preferences = Language and theme
language = Language
theme = Theme
theme-system = As my device
theme-light = Light
theme-dark = Dark

## After something was done
notice-welcome = Your account is open.
notice-code-sent = A new code is on its way. Codes sent before it no longer work.
notice-sms-on = SMS authentication is active.
notice-sms-off = SMS authentication is off.
notice-session-ended = That session was signed out.
notice-others-ended = All other sessions were signed out.
notice-device-forgotten = That browser was forgotten. It will be asked for a code next time.
notice-signed-out = You are signed out.
notice-ended = Your session has ended. Please sign in again.
notice-totp-added = Your authenticator app is set up.
notice-totp-removed = Your authenticator app was removed.
notice-passkey-added = Your passkey is set up. You can use it to confirm from now on.
notice-passkey-removed = That passkey was removed. It no longer works here.
notice-factor-renamed = The new name is saved.
notice-trading-password-set = Your trading password is set.
notice-trading-password-removed = Your trading password was removed.
notice-recovery-codes-removed = Your recovery codes were removed. None of them works any more.
notice-phrase-set = Your phrase is set. From now on our emails begin with it.
notice-phrase-removed = Your phrase was removed.
notice-password-changed = Your password is changed. Your other devices were signed out.
notice-frozen = Your account is frozen. Nothing can leave it.
notice-unfrozen = Your account is open again.
notice-more-time = You have more time now.
notice-nothing-changed = Nothing was changed.
notice-text-saved = Your text was saved. It speaks from the next code on.
notice-text-deleted = Your text was taken away. Our words speak.

## Fields
identifier-label = Email address or phone number
password-label = Password
password-new-label = New password
password-show = Show
password-show-label = Show password
password-hint = At least { $limit } characters. A few words in a row are easy to remember and hard to guess.
password-again = For your safety, enter your account password again.
region-label = Country or territory
region-choose = Choose a country
region-search = Type a name, a code or +66
region-none = No country matches
region-found = Countries found: { $count }
region-switched = Country changed to { $region }
region-not-offered = not offered here
region-paused = paused at the moment

## Sign up
sign-up-heading = Create an account
sign-up-identifier-hint = We send a code to it, to make sure that it is yours.
sign-up-with-phone = Using a phone number?
have-account = Already have an account?
already-heading = You already have an account
already-text = The code was right, and an account with this email address or phone number exists already. Nothing was changed. Sign in to use it.

## Sign in
sign-in-heading = Sign in
sign-in-with-phone = Signing in with a phone number?
no-account = No account yet?
method-heading = Use another method
method-text = Choose how to get your code. Choosing sends a new one.
method-sms = Text message to { $address }
method-email = Email to { $address }
method-voice = Phone call to { $address }
method-whatsapp = WhatsApp to { $address }
phone-unavailable = Phone unavailable?
unavailable-heading = You can't use your phone
unavailable-ways = You can still sign in another way. Choosing one sends a code.
unavailable-no-ways = Your account has no other way to get a code.
unavailable-support-heading = None of these works
unavailable-support = Contact support at { $support }. They will check who you are before anything is changed, so have your identity document at hand.
support-never-asks = Support never asks for a code or a password, and cannot sign in for you.

## The code
code-heading-sign-up = Check your messages
code-heading-sign-in = Enter your code
code-heading-prove = Prove that it is you
code-heading-activate = Activate your phone
code-label = { $digits }-digit code
code-hint = Enter the { $digits }-digit code we sent to { $address }. It works until { $until }.
code-hint-ended = The code we sent to { $address } has run out. Ask for a new one below.
code-hint-over = The code we sent to { $address } no longer works.
code-timer = Time left for this code
code-seconds-left = { $seconds } seconds left for this code.
code-ended = The code has run out. Ask for a new one.
code-attempts-left = { $left ->
    [one] One try left.
   *[other] { $left } tries left.
}
code-locked = Too many tries. For your safety, try again after { $until }.
code-locked-why = Nothing else changed on your account. This stops anyone from guessing codes; asking for another code does not shorten it.
code-change-identifier = Change email or number
code-change-number = Change number
code-back-sign-in = Back to sign-in
activate = Activate
second-proof-heading = Confirm with your password
second-proof = This number was used with another account before. To be sure that it is you, enter your password as well.
no-code = Didn't get a code?
no-code-check = Check that { $address } is right.
resend = Send a new code
resend-from = You can ask for another from { $at }.
resend-now = You can ask for a new code now.
resend-effect = Send a new code with the button above. It goes out by another way where there is one, and the earlier code stops working.
resend-spent = No more codes can be sent this time.
other-method = Use another method
other-ways = Or get your code another way:
no-code-carrier = Some carriers hold back codes. Wait a minute, switch the phone's connection off and on, or use another number.
no-code-spam = Look in your spam folder, too.
slow-region = { $minutes ->
    [one] Messages to { $region } are slow at the moment (about 1 minute).
   *[other] Messages to { $region } are slow at the moment (about { $minutes } minutes).
}
blocked-region = Messages to { $region } are not getting through at the moment.
newest-waiting = Your message is still waiting to leave. It goes out by itself as soon as it can.
newest-delivered = Your carrier says it was delivered. Look among filtered and unknown messages, too.
newest-failed = Our message could not be delivered. Check that { $address } is right, or choose another way.
own-text-heading = Text us instead
own-text-why = Does your carrier hold back our codes? Then show a code here, and text it to us from { $number }.
own-text-show = Show a code to text
own-text-go-on = Go on with your text
own-text-back = Back to the code
own-text-how = Text this code to { $number } from { $from }:
own-text-open = Open your messages
own-text-until = It works until { $until }. Your carrier may charge for the text.
own-text-yours = Text it only if you opened this page yourself. A code that somebody sent you is theirs, not yours.
own-text-once = The code is shown once. If you have texted it to { $number } from { $from }, we are waiting for it; otherwise show a new one.
own-text-waiting = We are waiting for your message.
own-text-heard = Your message has arrived.
own-text-new = Show a new code

## Overview
security-heading = Security Center
level-basic = Protection: basic
level-fair = Protection: fair
level-strong = Protection: strong
level-strongest = Protection: strongest
next-bind-phone = Next: set a phone (2 min)
next-bind-phone-again = Next: set your phone again (2 min)
next-sms-on = Next: switch SMS authentication on (1 min)
next-totp = Next: set up an authenticator app (2 min)
next-trading-password = Next: set a trading password (1 min)
next-passkey = Next: add a passkey (1 min)
next-recovery-codes = Next: make recovery codes (1 min)
next-nothing = Nothing to do right now.
phone-heading = Phone
phone-none = No phone set
phone-set = Set
phone-set-label = Set a phone
phone-set-again = Set your phone again
phone-view-label = View phone
phone-suspended = { $number } is suspended
sms-heading = SMS authentication
sms-view-label = View SMS authentication
sms-state-on = Active
sms-state-off = Off
sms-state-no-phone = Off: no phone set
sms-state-suspended = Suspended: set your phone again
sms-state-disabled = Disabled after too many wrong codes: set your phone again
email-heading = Email
email-none = No email address
password-heading = Password
password-since = Set on { $since }
password-change = Change password
password-change-label = Change password: first prove that it is you
password-change-heading = Change your password
devices-heading = Devices
devices-view-label = View devices
devices-count = { $sessions ->
    [one] Signed in on this device only
   *[other] Signed in { $sessions } times, this device included
}
activity-heading = Activity
activity-view-label = View activity
activity-last = Last entry { $at }
activity-none = Nothing here yet.

## Phone
phone-number = Number
phone-since = Set on
phone-why = With a phone we can text you a code when you sign in from a new browser. You prove another way first, then enter the number and the code we text to it.
phone-suspended-why = This number was set for another account, so it no longer gets codes for yours. Set a number that you hold now.
phone-change-heading = Change your number
phone-change = Change number
sms-risk-heading = Good to know about text messages
sms-risk = Text messages can be intercepted, and a number can be moved to another SIM card by fraud. A code by SMS is much better than a password alone, but not the strongest protection. Keep your email address reachable as a second way, and tell us at once if your phone suddenly loses its network.
prove-heading = First, prove that it is you
prove-text = Before a phone is set, we check another way to reach you. Choosing it sends a code.
prove-no-ways = Your account has no other way to prove that it is you. Contact support at { $support }.
number-heading = Your phone number
number-label = Phone number
number-hint = We text codes to it, so it must be a mobile number that receives texts.
number-example = For example: { $example }
confirm-heading = Is this your number?
confirm-echo = We will text { $number } ({ $region }).
confirm-hint = The code works for 2 minutes after it is sent. Your carrier may charge for receiving texts abroad.
send-code = Send code
done-heading = Your phone is set
done-text = { $number } is active.
done-sms-on = SMS authentication uses it from now on.
done-sms-off = One step is left: switch SMS authentication on, so that a sign-in from a new browser asks for a code.

## SMS authentication
sms-number = Codes go to { $number }.
sms-what = When it is active, a sign-in from a new browser asks for a code by text message.
sms-switch-on = Switch on
sms-switch-off = Switch off
sms-abroad-heading = When you travel
sms-abroad = Codes reach you abroad as long as your carrier delivers there.
regions-heading = Delivery right now

## Devices
sessions-heading = Signed in now
sessions-none-other = You are signed in nowhere else.
this-device = This device
near-place = near { $place } (approximate)
session-seen = Last seen { $at }
signed-in-with-password = Signed in { $at } with your password, from a known browser.
signed-in-with-password-sms = Signed in { $at } with your password and a code by text message.
signed-in-with-password-email = Signed in { $at } with your password and a code by email.
signed-in-with-password-totp = Signed in { $at } with your password and a code of your authenticator app.
signed-in-with-password-passkey = Signed in { $at } with your password and a passkey.
signed-in-with-password-recovery-code = Signed in { $at } with your password and a recovery code.
sign-out-label = Sign out { $browser }
sign-out-others = Sign out all others
known-heading = Known browsers
known-text = A known browser is not asked for a code at every sign-in. Forget those you no longer use.
known-none = No browser is known yet.
known-until = Known until { $until }
forget = Forget
forget-label = Forget { $browser }

## Activity
activity-filter = Show
activity-kind-all = Everything
activity-kind-sign-in = Signing in
activity-kind-codes = Codes
activity-kind-actions = Confirmations
activity-kind-changes = Changes
older = Older entries
event-signed-up = The account was opened.
event-signed-in = Signed in.
event-signed-in-new-device = Signed in from a new browser.
event-sign-in-failed = A sign-in was refused: wrong password.
event-signed-out = Signed out.
event-code-sent = A code was sent to { $address }.
event-code-wrong = A wrong code was entered.
event-password-locked = The password was locked until { $until } after too many wrong ones.
event-codes-locked = Codes were locked until { $until } after too many wrong ones.
event-sending-locked = Sending codes was locked until { $until } after too many without success.
event-send-limited = A code was asked for too often and was not sent.
event-number-refused = The number { $address } was refused.
event-phone-bound = The phone { $address } was set.
event-phone-suspended = The phone { $address } was suspended: it was set for another account.
event-sms-on = SMS authentication was switched on.
event-sms-off = SMS authentication was switched off.
event-sms-disabled = SMS authentication was disabled after too many wrong codes.
event-session-ended = A session was signed out from another device.
event-others-ended = All other sessions were signed out.
event-device-forgotten = A known browser was forgotten.
event-status-changed = What your account may do was changed by us.
event-factor-added = Set up: { $factor }.
event-factor-renamed = Given another name: { $factor }.
event-factor-removed = Removed: { $factor }.
event-factor-wrong = A wrong answer was given: { $factor }.
event-factor-locked = Locked until { $until } after too many wrong answers: { $factor }.
event-factor-disabled = Disabled after too many wrong answers: { $factor }.
event-recovery-code-used = { $left ->
    [one] A recovery code was used. One is left.
   *[other] A recovery code was used. { $left } are left.
}
event-action-opened = To be confirmed: { $action }.
event-action-authorised = Confirmed: { $action }, with: { $factors }.
event-action-authorised-alone = Confirmed: { $action }.
event-action-canceled = Cancelled: { $action }. { $reason }
event-action-redeemed = Carried out: { $action }.
event-action-refused = Refused: { $action }.
event-hold-started = Withdrawals were paused until { $until }, because { $cause }.
event-account-frozen = The account was frozen.
event-account-frozen-by-link = The account was frozen by the link in a message.
event-account-unfrozen = The account was opened again.
event-phone-changed = The phone { $from } was replaced by { $to }.
event-phrase-changed = The anti-phishing phrase was changed.
event-password-changed = The password was changed.
factor-named = { $factor } ({ $name })

## Factors: what they are called, and how they stand
factor-sms = Text message
factor-voice = Phone call
factor-whatsapp = WhatsApp
factor-email = Email
factor-totp = Authenticator app
factor-trading-password = Trading password
factor-passkey = Passkey
factor-recovery-code = Recovery code
factor-password = Password
factor-off = Not set up
factor-on = Active
factor-disabled = Disabled after too many wrong answers: set it up again
factor-added = Set up on
factor-used = Last used
factor-unused = Not yet
name-label = Name
change-effect = { $hours ->
    [one] After this change, withdrawals are paused for 1 hour. Trading and deposits go on.
   *[other] After this change, withdrawals are paused for { $hours } hours. Trading and deposits go on.
}
change-effect-sessions = { $hours ->
    [one] After this change, withdrawals stop for 1 hour and your other devices are signed out.
   *[other] After this change, withdrawals stop for { $hours } hours and your other devices are signed out.
}
remove-effect = { $hours ->
    [one] After a removal, withdrawals stop for 1 hour. Trading and deposits go on.
   *[other] After a removal, withdrawals stop for { $hours } hours. Trading and deposits go on.
}
remove-label = Remove { $name }

## Authenticator app
totp-view-label = View authenticator app
totp-set-up-label = Set up an authenticator app
totp-why = An app on your phone shows a new code every 30 seconds. It works without a network, and no text message can be intercepted.
totp-remove-heading = Remove the authenticator app
totp-remove = Remove authenticator app
totp-new-heading = Set up an authenticator app
totp-scan-heading = First, give the app its key
totp-scan = Open an authenticator app, choose to add an account, and scan this picture.
totp-qr = QR code with the key for your authenticator app. The same key stands below as text.
totp-key = Or type this key into the app. Show it to nobody: whoever has it can make your codes.
totp-open = Open in an app on this device
totp-first = Code from the app
totp-first-hint = Enter the 6-digit code that the app shows now.
totp-finish = Switch on

## Trading password
trading-password-view-label = View trading password
trading-password-set-up-label = Set up a trading password
trading-password-why = Six digits of your own, asked for before trades, withdrawals and new API keys. Our staff never ask for it.
trading-password-remove-heading = Remove the trading password
trading-password-remove = Remove trading password
trading-password-new-heading = Set a trading password
trading-password-change-heading = Change the trading password
trading-password-new = New trading password
trading-password-again = The same once more
trading-password-rules = Exactly six digits. No date, no row such as 123456, no digits that repeat, and none from your phone number: those are tried first.
trading-password-show = Show trading password
trading-password-show-again = Show the second trading password

## Passkeys
passkeys-heading = Passkeys
passkey-view-label = View passkeys
passkey-set-up-label = Set up a passkey
passkeys-count = { $count ->
    [one] One passkey
   *[other] { $count } passkeys
}
passkeys-none = No passkey yet
passkey-why = Confirm with your fingerprint, face or screen lock. A fake site can't use it.
passkey-add = Add a passkey
passkey-product = Kept in { $product }
passkey-synced = On all your devices that share it
passkey-here-only = On one device only
passkey-added = Made on { $at }
passkey-used = Last used { $at }
passkey-unused = Not used yet
passkey-new-heading = Make a passkey
passkey-new-text = Next, your device asks for your fingerprint, face or screen lock. What it reads stays on the device; we only get a key.
passkey-name-hint = So that you know it again, for example: my laptop.
passkey-make = Make passkey
passkey-use = Use passkey
passkey-use-text = Your device asks for your fingerprint, face or screen lock.
passkey-needs-script = A passkey needs a script, which this browser does not run. Use another way below.
passkey-needs-script-here = A passkey needs a script, which this browser does not run. Nothing can be set up here without it.
passkey-canceled = Nothing was changed. You can try again.
passkey-unsupported = This browser or device can't use passkeys. Nothing was changed.

## Recovery codes
recovery-codes-heading = Recovery codes
recovery-codes-view-label = View recovery codes
recovery-codes-set-up-label = Set up recovery codes
recovery-codes-left = { $left } of { $of } left
recovery-codes-count = { $left ->
    [one] One code left
   *[other] { $left } codes left
}
recovery-codes-low = Few are left. Make a new set before you need it.
recovery-codes-made = Made on { $at }
recovery-codes-why = Keep them on paper. Each works once, when your phone or passkey is not at hand.
recovery-codes-make = Make recovery codes
recovery-codes-replace = Make a new set
recovery-codes-replace-effect = The codes you have stop working.
recovery-codes-remove-heading = Remove the recovery codes
recovery-codes-remove = Remove recovery codes
recovery-codes-new-heading = Make recovery codes
recovery-codes-new-text = The next page shows { $of } codes, once only. Have a printer or a safe place ready, and make sure that nobody looks on.
recovery-codes-show = Show the codes
recovery-codes-shown-heading = Your recovery codes
recovery-codes-shown-text = Each works once. They are never shown again: copy, download or print them now, and keep them apart from your phone.
recovery-codes-keep-first = Copy, download or print the codes first.
recovery-codes-file = recovery-codes.txt

## Anti-phishing phrase
phrase-heading = Anti-phishing phrase
phrase-view-label = View anti-phishing phrase
phrase-set-up-label = Set up an anti-phishing phrase
phrase-yours = Your phrase
phrase-why = Our emails and confirm pages show it. A message without it is not from us; one that has it is probably ours, but it is a hint, not a proof.
phrase-remove = Remove phrase
phrase-new-heading = Choose your phrase
phrase-label = Phrase
phrase-hint = A few words that only you would choose, at most { $limit } characters. Never a password: it stands in emails.

## Holds and freezing
hold-heading = Withdrawals are paused
hold-banner = Withdrawals are paused until { $until } ({ $hours } h { $minutes } min) because { $cause }. Trading and deposits work. Support can't shorten this.
hold-not-you = Not you?
hold-lock = Lock my account
hold-phone-changed = your phone number changed
hold-phone-added = a phone was set
hold-factor-added = a new protection was set up
hold-sms-switched-off = SMS authentication was switched off
hold-email-changed = your email address changed
hold-password-changed = your password changed
hold-trading-password-changed = your trading password changed
hold-totp-changed = your authenticator app changed
hold-passkey-changed = your passkeys changed
hold-recovery-codes-changed = your recovery codes changed
hold-unfrozen = your account was opened again
hold-recovered = your account was recovered
danger-heading = If something is wrong
freeze = Freeze account
freeze-heading = Freeze this account?
freeze-effect = Withdrawals, sales and every other way out stop at once, waiting confirmations are cancelled, and no setting can be changed.
freeze-open-again = Only you can open it again: signed in, with your strongest factors. Withdrawals stay paused for a while after that.
freeze-unknown-heading = This link no longer works
freeze-unknown-text = It may be too old, or was cut. Nothing was changed. Sign in to freeze your account from there.
frozen-heading = Your account is frozen
frozen-text = Nothing can leave it now, and no setting can be changed.
frozen-next = To find out what happened, sign in and look at your activity. There you can open the account again when you are sure.
frozen-banner = Your account is frozen. Nothing can leave it, and no setting can be changed.
open-again = Open again

## Confirming: what
confirm-sign-in = Confirm sign-in
confirm-withdrawal = Confirm withdrawal
confirm-p2p-sell = Confirm sale
confirm-api-key-create = Confirm new API key
confirm-password-reset = Confirm new password
confirm-internal-transfer = Confirm transfer to another account
confirm-sub-account-transfer = Confirm transfer to a sub-account
confirm-gift = Confirm gift
confirm-voucher = Confirm voucher
confirm-card-payment = Confirm card payment
confirm-p2p-ad = Confirm offer to sell
confirm-whitelist-edit = Confirm withdrawal address
confirm-factor-add = Confirm a new protection
confirm-factor-remove = Confirm a removal
confirm-phone-add = Confirm: add a phone
confirm-phone-change = Confirm the change of your phone
confirm-unfreeze = Confirm opening your account again
confirm-totp-add = Confirm: set up an authenticator app
confirm-totp-remove = Confirm: remove the authenticator app
confirm-passkey-add = Confirm: add a passkey
confirm-passkey-remove = Confirm: remove a passkey
confirm-trading-password-set = Confirm: set a trading password
confirm-trading-password-change = Confirm: change the trading password
confirm-trading-password-remove = Confirm: remove the trading password
confirm-recovery-codes-make = Confirm: make recovery codes
confirm-recovery-codes-replace = Confirm: make a new set of recovery codes
confirm-recovery-codes-remove = Confirm: remove the recovery codes
confirm-sms-off = Confirm: switch SMS authentication off
confirm-phrase = Confirm: change the anti-phishing phrase
confirm-phrase-remove = Confirm: remove the anti-phishing phrase
confirm-password = Confirm: change your password
action-sign-in = sign-in
action-withdrawal = withdrawal
action-p2p-sell = sale to a person
action-api-key-create = new API key
action-password-reset = new password
action-internal-transfer = transfer to another account
action-sub-account-transfer = transfer to a sub-account
action-gift = gift
action-voucher = voucher
action-card-payment = card payment
action-p2p-ad = offer to sell
action-whitelist-edit = withdrawal address
action-factor-add = new protection
action-factor-remove = removal or change of a protection
action-phone-change = change of phone
action-unfreeze = opening the account again
canceled-timed-out = Time ran out.
canceled-withdrawn = The request was withdrawn.
canceled-declined = You said no.
canceled-too-many-failures = There were too many wrong answers.
canceled-frozen = The account was frozen.
canceled-held = Withdrawals were paused.
detail-amount = Amount
detail-asset = Asset
detail-network = Network
detail-address = To address
detail-payee = To
detail-memo = Memo
detail-price = Price
detail-currency = Currency
detail-fee = Fee
detail-label = Name
detail-scopes = May

## Confirming: how
confirm-asks = { $audience } asks you to confirm this.
confirm-what = What you confirm
confirm-final = Check every character that matters to you. Sent coins can't be called back.
fingerprint-label = Two words
fingerprint-hint = The message with the code shows the same two words. If it shows others, cancel.
confirm-until = You have until { $until }.
confirm-timer = Time left to confirm
confirm-seconds-left = { $seconds } seconds left to confirm.
confirm-soon = The time is nearly up.
more-time = More time
confirm-steps = What is asked for
step-done = done
step-now = now
step-later = later
confirm-submit = Confirm
confirm-decline = This isn't me: cancel
confirm-send = We send a code to { $address }.
call-instead = Call me instead
whatsapp-instead = Send it by WhatsApp
text-instead = Send it as a text message
mail-instead = Send it by email
confirm-code-hint = Enter the { $digits }-digit code we sent to { $address }.
confirm-code-hint-voice = We call { $address } and say a { $digits }-digit code. Enter it here.
other-way = Use another way
other-way-text = Each of these will do. What you have proved already still counts.
ask-totp = Code from your authenticator app
ask-totp-hint = 6 digits. Each code works once.
ask-trading-password-hint = Your own six digits.
ask-password-hint = The password you sign in with.
ask-recovery-code = Recovery code
ask-recovery-code-hint = One of the codes you kept, such as abcd-efgh-jkmn-pqrs. It works once.
end-done = Confirmed
end-done-text = You have confirmed this. It goes on where you came from.
end-timed-out = Time's up
end-timed-out-text = Time's up. Nothing was sent. Your details are kept: start again.
end-canceled = Cancelled
end-withdrawn-text = The request was withdrawn by whoever asked. Nothing was sent.
end-declined-text = You said no. Nothing was sent. If you did not ask for this, change your password.
end-too-many-failures-text = There were too many wrong answers. Nothing was sent.
end-frozen-text = The account was frozen. Nothing was sent.
end-held-text = Withdrawals were paused after a change of the account. Nothing was sent.
end-lapsed = Not carried out
end-lapsed-text = You confirmed this, but it was not carried out in time. Nothing was sent.
end-taken = Open in another browser
end-taken-text = This page was opened in another browser and belongs to it. Go on there. If that was not you, do not confirm anything, and change your password.
end-unknown = Nothing to confirm here
end-unknown-text = This request is over, or the link was cut. Nothing was changed.
back-to = Back to { $audience }
end-go-back = Go back to where you came from, and start again there if you need to.

## Faults
fault-not-found = Page not found
fault-not-found-text = There is no page at this address. It may have moved, or the link was cut.
fault-form-out-of-date = This form was out of date
fault-form-out-of-date-text = Nothing was changed. Go back, and send it again from a fresh page.
fault-too-large = That was too much
fault-too-large-text = More was sent than this page takes. Nothing was changed.
fault-busy = Very busy right now
fault-busy-text = { $seconds ->
    [one] Nothing was changed and nothing is lost. Try again in 1 second.
   *[other] Nothing was changed and nothing is lost. Try again in { $seconds } seconds.
}
fault-internal = Something broke on our side
fault-internal-text = It has been recorded. If it happens again, tell support this reference: { $reference }
fault-session-ended = Your session has ended
fault-session-ended-text = You were signed out on another device, or were away for long. Nothing was changed. Sign in to go on.
fault-unreadable = That could not be read
fault-unreadable-text = What was sent is not what this page takes. Nothing was changed.
kept = This is what you typed:

## Problems: identity
problem-identifier-missing = Enter your email address or phone number.
problem-identifier-unreadable = This is neither an email address nor a phone number. Check it for typing mistakes.
problem-region-missing = Choose the country of the number, or start the number with + and the country's code.
problem-password-missing = Enter your password.
problem-password-short = Use at least { $limit } characters.
problem-password-long = Use at most { $limit } characters.
problem-password-common = This password is on lists that attackers try first. Choose another one.
problem-sign-in-refused = These details don't match an account. Check both and try again.
problem-password-wrong = That password doesn't match. Try again.
problem-password-locked = Too many tries. For your safety, try again after { $until }.

## Problems: codes
problem-code-missing = Enter the code we sent you.
problem-code-unreadable = The code has { $digits } digits and nothing else.
problem-code-length = { $entered ->
    [one] The code has { $digits } digits. You entered 1.
   *[other] The code has { $digits } digits. You entered { $entered }.
}
problem-code-wrong = That code doesn't match. Check the newest message and try again.
problem-code-earlier = That was an earlier code. Use the one in the newest message.
problem-code-expired = That code has run out. Ask for a new one.
problem-code-expired-new-sent = That code has run out. We've just sent a new one.
problem-code-elsewhere = This code was asked for in another browser. Enter it there, or start again here.
problem-resend-early = Not yet: you can ask for a new code from { $at }.
problem-sending-locked = Too many codes were sent. For your safety, ask for another after { $until }.
problem-codes-locked = Too many tries. For your safety, try again after { $until }, or use another method.
problem-factor-disabled = Too many wrong tries over a year. This way is shut until it is set up again; use another method or contact support.
problem-own-text-awaited = Your message has not arrived yet. That can take a minute; then continue again.

## Problems: numbers
problem-number-missing = Enter your phone number.
problem-number-unreadable = This is not a phone number. Use digits, spaces and a leading + only.
problem-number-short = This number is too short for its country.
problem-number-long = This number is too long for its country.
problem-number-unknown = There is no such number in its country. Check the digits and the country.
problem-region-refused = Codes can't be texted to { $region } here. Use a number from another country, or your email address.
problem-number-fixed-line = This is a landline, which can't receive texts. Use a mobile number.
problem-number-voip = This is an internet number, which can't be used for codes. Use a mobile number from a carrier.
problem-number-premium = This is a premium-rate number. Use your own mobile number.
problem-number-pager = This is a pager number. Use a mobile number.
problem-number-toll-free = This is a toll-free number, which can't receive texts. Use a mobile number.
problem-number-other-kind = This kind of number can't receive texts. Use a mobile number.
problem-number-denied = We can't text this number right now. Use another one, or contact support with reference { $reference }.
problem-number-taken = This number is set for another account. Use another number, or remove it there first.
problem-number-yours = This number is set for your account already.
problem-steps-again = The step before this one has run out. Please take it again.

## Problems: settings
problem-sms-only-factor = SMS authentication can't be switched off while it is the only second step of your account.
problem-identity-needed = Your account is restricted. Contact support and prove who you are before this is changed.
problem-phone-needed = Set a phone first.
problem-session-gone = It had ended already. Nothing was left to do.
problem-method-unknown = Your account doesn't have this method. Choose one from the list.

## Problems: confirming and factors
problem-totp-missing = Enter the code from your authenticator app.
problem-totp-wrong = That code doesn't match, or was used already. Wait for the next one in your app and try again.
problem-totp-clock-off = That code belongs to another time. Check that your phone sets its time automatically, then enter the next code.
problem-trading-password-missing = Enter your trading password.
problem-trading-password-digits = A trading password has six digits and nothing else.
problem-trading-password-wrong = That trading password doesn't match. Try again.
problem-trading-password-common = These digits are among those that are tried first. Choose others.
problem-trading-password-date = These digits are a date. Birthdays are tried first; choose others.
problem-trading-password-own-number = These digits stand in your phone number. Choose others.
problem-trading-passwords-differ = The two are not the same. Enter them again.
problem-recovery-code-missing = Enter one of your recovery codes.
problem-recovery-code-wrong = That is none of your recovery codes, or it was used already. Check it or take another.
problem-passkey-refused = That passkey could not be used. Nothing was changed; try again or use another way.
problem-passkey-known = This device has a passkey for your account already.
problem-factor-stands = It is set up already. Nothing was changed.
problem-factor-last-strong = This is the last strong protection of your account. Set up another one first.
problem-name-long = A name has at most { $limit } characters.
problem-phrase-missing = Enter a phrase.
problem-phrase-long = A phrase has 4 to { $limit } characters, and none of < > @ : / \.
problem-more-time-spent = There is no more time to give. Start again if you need longer.
problem-account-frozen = Your account is frozen. Open it again first.
problem-nothing-to-confirm-with = Your account has nothing to confirm this with. Set up a phone or an authenticator app, or contact support.

## Problems: the service
problem-sending-unavailable = We can't send codes at the moment. Nothing was changed; please try again in a few minutes.

## The service's own texts, and senders by country
console-texts = Text messages
console-texts-what = What holders read when a code comes by SMS. Where you write nothing, our own words speak. A text speaks for holders of its language only; for all others our words do.
console-text-for = Codes
console-text-default = Every code that confirms no value and has no text of its own
console-text-sign-up = Signing up
console-text-sign-in = Signing in
console-text-bind = Adding a phone
console-text-setting = Changing a security setting
console-text-reset = Resetting the password
console-text-withdrawal = Withdrawing
console-text-sale = Selling to a person
console-text-api-key = Creating an API key
console-text-transfer = Transferring, or opening an address
console-text-ours = Our words
console-text-own = Your text
console-text-refused = No longer passes the rules: our words speak
console-text-messages = { $count } messages
console-text-new = A text in another language
console-text-locale = Language tag
console-text-locale-hint = Such as fr, pt-BR or zh-Hant.
console-text-write = Write
console-text-edit = Write a text
console-text-which = { $name }, in { $locale }
console-text-no-words = We have no words in this language: the warning, and what a code is for, would stand in English inside your text. Write them yourself, and put the warning at the end.
console-text-body = Text
console-text-body-hint = One paragraph. Values stand in braces; the warning follows by itself where you give it no place. The last line binds the code to your site and is always ours. Links are refused.
console-text-may-split = I agree to pay for two messages where one does not hold it
console-text-preview = Preview
console-text-delete = Back to our words
console-text-delete-what = Your text is taken away. Our words speak from the next code on.
console-text-count = As it would arrive
console-text-count-what = With values as long as they get.
console-text-alphabet = Alphabet
console-text-gsm = GSM, 160 to a message
console-text-ucs2 = Unicode (UCS-2), 70 to a message
console-text-units = Room taken
console-text-segments = Messages
console-text-outside = These are not in the GSM alphabet, so that only 70 characters fit a message:
console-text-split = It takes more than one message. Where that is not agreed to, our own words are sent.
console-text-misses-app = Too long for Android to hand it to your app (140 bytes): the line with the app's hash is left out.
console-places = Values
console-place = Write
console-place-what = It says
console-place-longest = At its longest
console-place-must = (must be there)
console-place-code = The code
console-place-brand = The service's name
console-place-purpose = What the code is for
console-place-amount = The amount that it confirms
console-place-payee = Who gets it
console-place-network = The network; where there is none, our words speak
console-place-words = The two words that the page shows; put them in brackets, they are not always there
console-place-minutes = Minutes that the code works
console-place-warning = That nobody may ask for the code
console-senders = Senders by country
console-senders-what = A guide: verify it with your carrier. What a route's own settings say comes first.
console-sender-country = Country
console-sender-name = A name as sender
console-sender-note = Note
console-name-allowed = Arrives
console-name-refused = Refused
console-name-registered = Must be registered
console-name-rewritten = Replaced on the way
console-sender-nobody = No sender that arrives
console-sender-elsewhere = Does not carry there
problem-locale-unreadable = Enter a language tag such as fr or pt-BR.
problem-text-missing = Write a text, or go back to our words.
problem-text-long = Write at most { $limit } characters.
problem-text-control = Write one paragraph without line breaks and without invisible characters.
problem-text-brace = Each brace must open or close a value, as in {"{"}code{"}"}.
problem-text-unknown = There is no value { $name }. The list shows those there are.
problem-text-lacks = The text must hold { $name }.
problem-text-out-of-place = Codes of this kind never come with { $name }.
problem-text-code-touched = Put a space or a word between the code and any digit or other value.
problem-text-link = Phones make a link of “{ $link }”. Links are refused; a full stop needs a space behind it.
problem-text-split = With values at their longest it takes two messages. Make it shorter, or agree to pay for two.
problem-text-segments = With values at their longest it takes { $count } messages. At most two are sent: make it shorter.

## The console of the service's staff
console-sign-in-heading = Sign in to the console
console-sign-in-next = For staff only. Next, we email you a code.
console-email = Email address
console-rail = Console
console-policy-heading = Policy
console-version = Version { $version }, in force since { $since }.
console-override = A guessing risk above the limit is accepted in writing:
console-facts = The facts
console-action = Action
console-amount = Amount in BTC
console-amount-hint = Such as 0.05; empty if the action has no amount.
console-amount-unknown = There is an amount, but no fresh rate says what it is worth
console-held = What the account has
console-new-device = From a device not seen before
console-region = Where the person seems to be
console-region-unknown = Unknown
console-status = Status of the account
console-status-active = Active
console-status-restricted = Restricted
console-status-flagged = Flagged
console-status-frozen = Frozen
console-sim = Was the SIM changed lately?
console-signal-yes = Yes
console-signal-no = No
console-signal-unknown = Unknown
console-proof = Seconds since the last proof
console-proof-hint = Empty if nothing was proved yet.
console-ask = What is asked?
console-asked = What is asked
console-any-of = Any one of these is enough.
console-missing = Not possible before the account has: { $factors }
console-refused = Refused.
console-why = Why
console-numbering = Rules are read in order and numbered from 0, as in the policy file and on the command line.
console-rule-passed = Rule { $rule } does not apply. It asks what is not so here:
console-rule-decides = Rule { $rule } decides. It applies when:
console-no-rule = No rule applies, so the action is refused.
console-when-amount = the amount is worth at least { $amount } BTC, or nobody knows what it is worth
console-when-holds = the account has one of: { $factors }
console-when-lacks = the account has none of: { $factors }
console-when-device-new = the device is new, or nobody vouches for it
console-when-device-known = the device is known
console-when-region-in = the region is one of: { $regions }
console-when-region-not-in = the region is none of: { $regions }
console-when-status = the account's status is one of: { $statuses }
console-when-sim = the answer to whether the SIM was changed is one of: { $answers }
console-when-proof = { $seconds ->
    [one] nothing was proved within 1 second
   *[other] nothing was proved within { $seconds } seconds
}
console-when-always = nothing else applies
console-risk = Yearly guessing risk
console-risk-what = The chance that somebody who knows the password guesses through a rule within a year, per account. A policy above the limit is refused unless the risk is accepted in writing.
console-rule = Rule
console-when = When
console-asks = Asks for one of
console-yearly = Risk a year
console-limit = Limit
console-refuses = Refuses
console-odds = 1 in { $odds }
console-no-risk = Nothing to guess
problem-email-unreadable = Enter your email address, such as name@example.com.
problem-amount-unreadable = Enter an amount such as 0.05: digits and one point, nothing else.
problem-seconds-unreadable = Enter a whole number of seconds.
