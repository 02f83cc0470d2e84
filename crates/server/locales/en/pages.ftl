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

## Fields
identifier-label = Email address or phone number
password-label = Password
password-new-label = New password
password-show = Show
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

## Overview
security-heading = Security Center
level-basic = Protection: basic
level-fair = Protection: fair
next-bind-phone = Next: set a phone (2 min)
next-bind-phone-again = Next: set your phone again (2 min)
next-sms-on = Next: switch SMS authentication on (1 min)
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

## Problems: the service
problem-sending-unavailable = We can't send codes at the moment. Nothing was changed; please try again in a few minutes.
