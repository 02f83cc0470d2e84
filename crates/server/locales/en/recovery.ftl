
## Getting back in: forgotten passwords, recovery cases and their documents
forgotten-link = Forgot your password?
forgotten-heading = Choose a new password
forgotten-lead = Enter the email address or phone number you sign in with. We send a code there first, then ask for what else guards your account.
forgotten-with-phone = With a phone number
forgotten-new-heading = Choose a new password
forgotten-no-account = There is no account with this address. Did you sign up with another one?
forgotten-not-like-this = The password of this account cannot be replaced like this: what guards it asks for more than you could prove here. Support helps you further.
code-heading-forgotten = Enter the code
notice-password-reset = Your password is changed. Sign in with the new one.
