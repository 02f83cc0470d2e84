# What people receive, in English: one key per sentence. Values stand in { $braces }.
# Text messages must stay in the GSM alphabet (no curly quotes, no ellipsis sign) and short: one segment has 160 septets.

## Text messages with a code: what it is for, who asks, and that nobody may ask for it (R12)
sms-code-sign_up = { $code } is your { $brand } sign-up code.
sms-code-sign_in = { $code } is your { $brand } code to sign in on a new device{ $words }.
sms-code-bind = { $code } is your { $brand } code to add this phone number.
sms-code-setting_change = { $code } is your { $brand } code to change a security setting{ $words }.
sms-code-password_reset = { $code } is your { $brand } code to reset your password{ $words }.
sms-code-withdrawal = { $brand }: { $code } confirms { $amount }{ $network } to { $payee }{ $words }.
sms-code-p2p_sell = { $brand }: { $code } confirms selling { $amount }{ $network } to { $payee }{ $words }.
sms-code-transfer = { $brand }: { $code } confirms a transfer of { $amount }{ $network } to { $payee }{ $words }.
sms-code-transfer-address = { $brand }: { $code } confirms the address { $payee }{ $network }{ $words }.
sms-code-api_key = { $code } is your { $brand } code to create an API key{ $words }.
sms-code-recovery = { $code } is your { $brand } code to recover your account{ $words }.
sms-network = { " on " }{ $network }
sms-words = { " (" }{ $words })
sms-never-ask = We never ask for it by phone or chat.
sms-not-you = Not you? Do not share it.
sms-valid = Valid { $minutes } min.

## What a code is for, inside a text that the service wrote itself
sms-purpose-sign_up = to sign up
sms-purpose-sign_in = to sign in on a new device
sms-purpose-bind = to add this phone number
sms-purpose-setting_change = to change a security setting
sms-purpose-password_reset = to reset your password
sms-purpose-withdrawal = to withdraw
sms-purpose-p2p_sell = to sell
sms-purpose-transfer = to transfer
sms-purpose-api_key = to create an API key
sms-purpose-recovery = to recover your account

## Text messages that tell what happened, and what to do if it was somebody else
sms-notice-new_sign_in = { $brand }: new sign-in{ $facts }.
sms-notice-second_factor_locked = { $brand }: someone had your password but no code{ $facts }.
sms-notice-number_bound = { $brand }: phone number added{ $facts }.
sms-notice-number_changed = { $brand }: phone number changed, withdrawals paused{ $facts }.
sms-notice-number_removed = { $brand }: phone number removed by us, withdrawals paused{ $facts }.
sms-notice-sms_switched_on = { $brand }: SMS codes switched on{ $facts }.
sms-notice-sms_switched_off = { $brand }: SMS codes switched off{ $facts }.
sms-notice-sms_suspended = { $brand }: SMS codes stopped, your number seems to have a new owner{ $facts }.
sms-notice-totp_added = { $brand }: authenticator app added{ $facts }.
sms-notice-totp_removed = { $brand }: authenticator app removed{ $facts }.
sms-notice-passkey_added = { $brand }: passkey added{ $facts }.
sms-notice-passkey_removed = { $brand }: passkey removed{ $facts }.
sms-notice-trading_password_set = { $brand }: trading password set{ $facts }.
sms-notice-trading_password_removed = { $brand }: trading password removed{ $facts }.
sms-notice-recovery_codes_made = { $brand }: new recovery codes made{ $facts }.
sms-notice-recovery_codes_removed = { $brand }: recovery codes removed{ $facts }.
sms-notice-recovery_code_used = { $brand }: recovery code used{ $facts }.
sms-notice-phrase_changed = { $brand }: anti-phishing phrase changed{ $facts }.
sms-notice-password_changed = { $brand }: password changed{ $facts }.
sms-notice-account_frozen = { $brand }: your account is frozen{ $facts }.
sms-notice-account_unfrozen = { $brand }: your account is open again{ $facts }.
sms-notice-operator_invited = { $brand }: you may work at the console{ $facts }.
sms-notice-operator_reset = { $brand }: set up your console sign-in again{ $facts }.
sms-notice-staff_added = { $brand }: somebody was added to the console staff{ $facts }.
sms-notice-staff_roles_changed = { $brand }: console roles were changed{ $facts }.
sms-notice-staff_reset = { $brand }: a console sign-in was reset{ $facts }.
sms-notice-staff_enabled = { $brand }: console access was given back{ $facts }.
sms-notice-support_answered = { $brand }: support answered your ticket{ $facts }.
sms-notice-support_opened = { $brand }: someone asked support about your account{ $facts }.
sms-notice-recovery_opened = { $brand }: someone asked to recover your account{ $facts }.
sms-notice-recovery_returned = { $brand }: we need better pictures to recover your account{ $facts }.
sms-notice-recovery_approved = { $brand }: the recovery of your account was approved{ $facts }.
sms-notice-recovery_rejected = { $brand }: the recovery of your account was refused{ $facts }.
sms-notice-recovery_canceled = { $brand }: the recovery of your account was cancelled{ $facts }.
sms-notice-recovery_expired = { $brand }: the recovery of your account has expired{ $facts }.
sms-notice-recovery_finished = { $brand }: your account was recovered, withdrawals paused{ $facts }.
sms-notice-recovery_unproved = { $brand }: recovery goes on with documents alone{ $facts }.
sms-notice-recovery_access_replaced = { $brand }: your recovery has a new access code{ $facts }.
sms-notice-recovery_status_kept = { $brand }: identity verified, account stays restricted{ $facts }.
sms-notice-route_test = { $brand }: test message{ $facts }.
sms-fact = { ", " }{ $fact }
sms-next-password = Not you? Change your password now.
sms-next-support = Not you? Contact support now.
sms-next-number = Sign in and add another.
sms-next-open = Sign in to open it again.
sms-next-admins = Not known to you? Look at the staff list.
sms-next-nothing = You need to do nothing.
sms-freeze = Not you? Freeze: { $link }
sms-join = Set up: { $link }

## Email with a code
mail-code-subject-sign_up = Your { $brand } sign-up code
mail-code-subject-sign_in = Your { $brand } code to sign in on a new device
mail-code-subject-bind = Your { $brand } code to add a phone number
mail-code-subject-setting_change = Your { $brand } code to change a security setting
mail-code-subject-password_reset = Your { $brand } code to reset your password
mail-code-subject-withdrawal = Your { $brand } code to confirm a withdrawal
mail-code-subject-p2p_sell = Your { $brand } code to confirm a sale
mail-code-subject-transfer = Your { $brand } code to confirm a transfer
mail-code-subject-api_key = Your { $brand } code to create an API key
mail-code-subject-recovery = Your { $brand } code to recover your account
mail-code-sign_up = Enter this code to open your { $brand } account:
mail-code-sign_in = Enter this code to sign in to { $brand } on a new device:
mail-code-bind = Enter this code to add a phone number to your { $brand } account:
mail-code-setting_change = Enter this code to change a security setting of your { $brand } account:
mail-code-password_reset = Enter this code to reset the password of your { $brand } account:
mail-code-withdrawal = This code confirms withdrawing { $amount }{ $network } to { $payee } from your { $brand } account:
mail-code-p2p_sell = This code confirms selling { $amount }{ $network } to { $payee } from your { $brand } account:
mail-code-transfer = This code confirms a transfer of { $amount }{ $network } to { $payee } from your { $brand } account:
mail-code-transfer-address = This code confirms the address { $payee }{ $network } for your { $brand } account:
mail-code-api_key = Enter this code to create an API key for your { $brand } account:
mail-code-recovery = Enter this code to recover your { $brand } account:
mail-network = { " on " }{ $network }
mail-words = The page that asks for it shows these two words: { $words }. If it shows others, do not enter the code.
mail-valid =
    { $minutes ->
        [one] It works for { $minutes } minute.
       *[other] It works for { $minutes } minutes.
    }
mail-phrase = Your phrase: { $phrase }
mail-never-ask = We never ask for codes, by phone, in a chat or by email. Anyone who asks you for this one is after your account.
mail-not-asked = If you did not ask for this, you need not do anything.
mail-not-you = If this is not you, share the code with nobody and change your password.

## Email that tells what happened
mail-notice-subject-new_sign_in = New sign-in to your { $brand } account
mail-notice-subject-second_factor_locked = Someone has the password of your { $brand } account
mail-notice-subject-number_bound = A phone number was added to your { $brand } account
mail-notice-subject-sms_switched_on = SMS codes were switched on for your { $brand } account
mail-notice-subject-sms_switched_off = SMS codes were switched off for your { $brand } account
mail-notice-subject-sms_suspended = SMS codes are stopped for your { $brand } account
mail-notice-subject-number_changed = The phone number of your { $brand } account was changed
mail-notice-subject-number_removed = The phone number of your { $brand } account was removed
mail-notice-subject-totp_added = An authenticator app was added to your { $brand } account
mail-notice-subject-totp_removed = The authenticator app of your { $brand } account was removed
mail-notice-subject-passkey_added = A passkey was added to your { $brand } account
mail-notice-subject-passkey_removed = A passkey of your { $brand } account was removed
mail-notice-subject-trading_password_set = The trading password of your { $brand } account was set
mail-notice-subject-trading_password_removed = The trading password of your { $brand } account was removed
mail-notice-subject-recovery_codes_made = New recovery codes for your { $brand } account
mail-notice-subject-recovery_codes_removed = The recovery codes of your { $brand } account were removed
mail-notice-subject-recovery_code_used = A recovery code of your { $brand } account was used
mail-notice-subject-phrase_changed = The anti-phishing phrase of your { $brand } account was changed
mail-notice-subject-password_changed = The password of your { $brand } account was changed
mail-notice-subject-account_frozen = Your { $brand } account is frozen
mail-notice-subject-account_unfrozen = Your { $brand } account is open again
mail-notice-subject-operator_invited = Your access to the { $brand } console
mail-notice-subject-operator_reset = Set up your sign-in to the { $brand } console again
mail-notice-subject-staff_added = Somebody was added to the staff of the { $brand } console
mail-notice-subject-staff_roles_changed = Roles were changed at the { $brand } console
mail-notice-subject-staff_reset = A sign-in to the { $brand } console was reset
mail-notice-subject-staff_enabled = Access to the { $brand } console was given back
mail-notice-subject-support_answered = { $brand } support has answered you
mail-notice-subject-support_opened = Someone asked the support of { $brand } about your account
mail-notice-subject-recovery_opened = Someone asked to recover your { $brand } account
mail-notice-subject-recovery_returned = Your { $brand } recovery request needs better pictures
mail-notice-subject-recovery_approved = The recovery of your { $brand } account was approved
mail-notice-subject-recovery_rejected = The recovery of your { $brand } account was refused
mail-notice-subject-recovery_canceled = The recovery of your { $brand } account was cancelled
mail-notice-subject-recovery_expired = The recovery of your { $brand } account has expired
mail-notice-subject-recovery_unproved = Someone wants to recover your { $brand } account with documents alone
mail-notice-subject-recovery_access_replaced = The recovery of your { $brand } account has a new access code
mail-notice-subject-recovery_status_kept = Your identity at { $brand } was verified; your account stays restricted
mail-notice-subject-recovery_finished = Your { $brand } account was recovered
mail-notice-subject-route_test = A test message from { $brand }
mail-notice-new_sign_in = A device that was not used before has signed in to your { $brand } account.
mail-notice-second_factor_locked = Someone entered the right password of your { $brand } account, then so many wrong codes that codes are locked for a while.
mail-notice-number_bound = A phone number was added to your { $brand } account.
mail-notice-sms_switched_on = SMS codes were switched on for your { $brand } account.
mail-notice-sms_switched_off = SMS codes were switched off for your { $brand } account.
mail-notice-sms_suspended = The phone number of your { $brand } account seems to belong to someone else now. We send no codes to it any more.
mail-notice-number_changed = The phone number of your { $brand } account was replaced by another one.
mail-notice-number_removed = Our staff removed the phone number of your { $brand } account and signed it out everywhere. No number takes its place until you set one. If you did not ask for this, lock the account now.
mail-notice-totp_added = An authenticator app was added to your { $brand } account. Its codes can confirm what you do.
mail-notice-totp_removed = The authenticator app of your { $brand } account was removed. Its codes no longer work.
mail-notice-passkey_added = A passkey was added to your { $brand } account. It can confirm what you do.
mail-notice-passkey_removed = A passkey of your { $brand } account was removed. It no longer works.
mail-notice-trading_password_set = The trading password of your { $brand } account was set or changed.
mail-notice-trading_password_removed = The trading password of your { $brand } account was removed. It is no longer asked for.
mail-notice-recovery_codes_made = New recovery codes were made for your { $brand } account. Earlier ones no longer work.
mail-notice-recovery_codes_removed = The recovery codes of your { $brand } account were removed. None of them works any more.
mail-notice-recovery_code_used = One of the recovery codes of your { $brand } account was used. It works only once.
mail-notice-phrase_changed = The phrase that our emails show you was set, changed or removed for your { $brand } account.
mail-notice-password_changed = The password of your { $brand } account was changed.
mail-notice-account_frozen = Your { $brand } account was frozen. Nothing can leave it, and no setting can be changed, until you open it again.
mail-notice-account_unfrozen = Your { $brand } account was frozen and has been opened again.
mail-notice-operator_invited = You were made a member of staff at the { $brand } console.
mail-notice-operator_reset = What you sign in to the { $brand } console with was taken back, and your sessions were ended.
mail-notice-staff_added = Somebody was made a member of staff at the { $brand } console.
mail-notice-staff_roles_changed = What a member of staff may do at the { $brand } console was changed.
mail-notice-staff_reset = What a member of staff signs in to the { $brand } console with was taken back, to be set anew by a link.
mail-notice-staff_enabled = A member of staff whose access to the { $brand } console had ended has it again.
mail-notice-support_answered = There is an answer to what you asked the support of { $brand }.
mail-notice-support_opened = Someone who knows your password says that they cannot sign in to your { $brand } account, and asked our support. A question to support changes nothing by itself.
mail-notice-recovery_opened = Someone who knows your password says that the phone or another proof of your { $brand } account is lost, and asked to recover it. Two of our staff decide before anything changes.
mail-notice-recovery_returned = The pictures of your recovery request at { $brand } could not be used. Its page says why.
mail-notice-recovery_approved = Two of our staff approved the request to recover your { $brand } account. Whoever asked can finish it now with the password.
mail-notice-recovery_rejected = The request to recover your { $brand } account was refused. Its page says why.
mail-notice-recovery_canceled = The request to recover your { $brand } account was cancelled. Nothing has changed.
mail-notice-recovery_expired = The request to recover your { $brand } account waited too long and has ended. Nothing has changed.
mail-notice-recovery_unproved = Someone who knows your password says that everything else of your { $brand } account is lost with the phone, and goes on with documents alone. Nothing can be finished before a wait is over.
mail-notice-recovery_access_replaced = Whoever asked to recover your { $brand } account proved another thing of it and got a new access code. The one before no longer works, and documents are sent anew.
mail-notice-recovery_status_kept = Two of our staff verified your identity at { $brand }. Since you asked, your account was restricted or flagged for another reason: that stays until it has been looked into.
mail-notice-recovery_finished = The request to recover your { $brand } account was carried out. Every other device was signed out.
mail-notice-route_test = { $brand } is testing whether its messages arrive.
mail-held = Withdrawals and other ways for value to leave are paused for a time after this change. Your Security Center shows until when; support cannot shorten it.
mail-when = When: { $when }
mail-device = Device: { $detail }
mail-number = Number: { $detail }
mail-staff = Whose access, and who did it: { $detail }
mail-case = Its page: { $detail }
mail-next-password = If this was not you, change your password now and end the session on the page of your devices.
mail-next-locked = If this was not you, change your password now: someone else knows it.
mail-next-support = If this was not you, contact support now.
mail-next-number = Sign in another way and add a number that is yours.
mail-next-open = To open it again, sign in and confirm with what your account has. If you did not freeze it, someone may read your messages: change the password of your mailbox first.
mail-next-staff = If you did not expect this, do not open the link, and tell whoever runs the console.
mail-next-admins = You get this because you are an admin. If you do not know of it, ask the colleague who did it by a way that you trust, and end the access on the console's staff page until you know.
mail-next-read = To read it and to reply, open your ticket. The answer itself is never in an email.
mail-next-asked = If this was not you, someone else knows your password: freeze your account now, then change the password.
mail-next-nothing = You need to do nothing, and nothing about your account has changed.
mail-next-recovery = If this was you, the page and the access code that you were shown let you follow it. If it was not you, freeze your account now: that ends the request.
mail-next-returned = If you asked for this, send better pictures on its page. If you did not, freeze your account now: that ends the request.
mail-next-approved = If you asked for this, finish it on its page. If you did not, freeze your account now: that ends the request.
mail-freeze = Not you? This page freezes your account at once, signed in or not. Nothing leaves a frozen account, and only you can open it again:
mail-join = This page sets your password and your second factor. It works once, for 24 hours, so keep it to yourself:
mail-notice-never-ask = We never ask for codes or passwords.

## A moment, always in UTC
moment = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
    } { $year }, { $hour }:{ $minute } UTC

## Calls: who calls, what for, the code digit by digit and twice. Written to be heard, so sentences are short.
voice-language = en
voice-hello = Hello. This is { $brand }.
voice-code-sign_up = Here is your code to open an account.
voice-code-sign_in = Here is your code to sign in on a new device.
voice-code-bind = Here is your code to add this phone number.
voice-code-setting_change = Here is your code to change a security setting.
voice-code-password_reset = Here is your code to reset your password.
voice-code-withdrawal = This code confirms withdrawing { $amount }{ $network } to { $payee }.
voice-code-p2p_sell = This code confirms selling { $amount }{ $network } to { $payee }.
voice-code-transfer = This code confirms a transfer of { $amount }{ $network } to { $payee }.
voice-code-transfer-address = This code confirms { $payee }{ $network } as a place to send to.
voice-code-api_key = Here is your code to create an A P I key.
voice-code-recovery = Here is your code to recover your account.
voice-network = { " on " }{ $network }
voice-payee-ends = the address that begins with { $head } and ends with { $tail }
voice-words = The page that asks for it shows two words: { $words }. If it shows others, do not enter the code.
voice-code = Your code is: { $code }.
voice-code-again = Once more, your code is: { $code }.
voice-never-ask = We never ask for this code. If somebody does, or if you did not ask for this call, hang up and tell nobody.
voice-notice = Something has changed in the security of your account. Please sign in and look at the activity page. We never ask for codes or passwords.
