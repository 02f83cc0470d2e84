# What people receive, in English: one key per sentence. Values stand in { $braces }.
# Text messages must stay in the GSM alphabet (no curly quotes, no ellipsis sign) and short: one segment has 160 septets.

## Text messages with a code: what it is for, who asks, and that nobody may ask for it (R12)
sms-code-sign_up = { $code } is your { $brand } sign-up code.
sms-code-sign_in = { $code } is your { $brand } code to sign in on a new device.
sms-code-bind = { $code } is your { $brand } code to add this phone number.
sms-code-setting_change = { $code } is your { $brand } code to change a security setting.
sms-code-password_reset = { $code } is your { $brand } code to reset your password.
sms-code-withdrawal = { $brand }: { $code } confirms withdrawing { $amount } to { $payee }.
sms-code-p2p_sell = { $brand }: { $code } confirms selling { $amount } to { $payee }.
sms-code-api_key = { $code } is your { $brand } code to create an API key.
sms-never-ask = We never ask for it by phone or chat.
sms-not-you = If this is not you, do not share it.
sms-valid = Valid { $minutes } min.

## Text messages that tell what happened
sms-notice-new_sign_in = { $brand }: new sign-in, { $when }{ $detail }. Not you? Change your password now.
sms-notice-second_factor_locked = { $brand }: someone had your password but no code, { $when }{ $detail }. Not you? Change your password now.
sms-notice-number_bound = { $brand }: phone number added, { $when }{ $detail }. Not you? Contact support now.
sms-notice-sms_switched_on = { $brand }: SMS codes switched on, { $when }{ $detail }. Not you? Contact support now.
sms-notice-sms_switched_off = { $brand }: SMS codes switched off, { $when }{ $detail }. Not you? Contact support now.
sms-notice-sms_suspended = { $brand }: SMS codes stopped, { $when }. Your number seems to have a new owner{ $detail }. Sign in and add another.
sms-detail = { ", " }{ $detail }

## Email with a code
mail-code-subject-sign_up = Your { $brand } sign-up code
mail-code-subject-sign_in = Your { $brand } code to sign in on a new device
mail-code-subject-bind = Your { $brand } code to add a phone number
mail-code-subject-setting_change = Your { $brand } code to change a security setting
mail-code-subject-password_reset = Your { $brand } code to reset your password
mail-code-subject-withdrawal = Your { $brand } code to confirm a withdrawal
mail-code-subject-p2p_sell = Your { $brand } code to confirm a sale
mail-code-subject-api_key = Your { $brand } code to create an API key
mail-code-sign_up = Enter this code to open your { $brand } account:
mail-code-sign_in = Enter this code to sign in to { $brand } on a new device:
mail-code-bind = Enter this code to add a phone number to your { $brand } account:
mail-code-setting_change = Enter this code to change a security setting of your { $brand } account:
mail-code-password_reset = Enter this code to reset the password of your { $brand } account:
mail-code-withdrawal = This code confirms withdrawing { $amount } to { $payee } from your { $brand } account:
mail-code-p2p_sell = This code confirms selling { $amount } to { $payee } from your { $brand } account:
mail-code-api_key = Enter this code to create an API key for your { $brand } account:
mail-valid =
    { $minutes ->
        [one] It works for { $minutes } minute.
       *[other] It works for { $minutes } minutes.
    }
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
mail-notice-new_sign_in = A device that was not used before has signed in to your { $brand } account.
mail-notice-second_factor_locked = Someone entered the right password of your { $brand } account, then so many wrong codes that codes are locked for a while.
mail-notice-number_bound = A phone number was added to your { $brand } account.
mail-notice-sms_switched_on = SMS codes were switched on for your { $brand } account.
mail-notice-sms_switched_off = SMS codes were switched off for your { $brand } account.
mail-notice-sms_suspended = The phone number of your { $brand } account seems to belong to someone else now. We send no codes to it any more.
mail-when = When: { $when }
mail-device = Device: { $detail }
mail-number = Number: { $detail }
mail-next-new_sign_in = If this was not you, change your password now and end the session on the page of your devices.
mail-next-second_factor_locked = If this was not you, change your password now: someone else knows it.
mail-next-number_bound = If this was not you, contact support now.
mail-next-sms_switched_on = If this was not you, contact support now.
mail-next-sms_switched_off = If this was not you, contact support now.
mail-next-sms_suspended = Sign in another way and add a number that is yours.
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
