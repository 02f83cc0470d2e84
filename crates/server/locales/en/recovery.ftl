
## Getting back in: forgotten passwords, recovery cases and their documents

upload-document-front = Front of your document
upload-document-back = Back of your document
upload-note-photo = Photo of you with the note
upload-attachment = Picture
upload-hint = A photo or a picture as JPEG, PNG or WebP, up to 15 MB. All of it in the picture, sharp, without glare.
upload-picture = The picture that we received
upload-camera = Take a photo
upload-file = Choose a picture
upload-another = Choose another picture
upload-send = Send picture
upload-again = Try again
upload-sending = Sending…
upload-checking = Sending the rest. We then check the picture.
upload-sent = We have the picture.
upload-waiting = The line was cut. What was sent is not lost; it goes on when there is a line again.
upload-lost = This page is too old to go on. Load it again and choose the picture again.
problem-upload-empty = The file is empty. Take a photo, or choose another picture.
problem-upload-too-many-bytes = The picture is larger than 15 MB. Take a new photo, or save it smaller as JPEG.
problem-upload-svg = SVG drawings are not taken. Take a photo, or save the picture as JPEG.
problem-upload-pdf = PDF documents are not taken. Take a photo of the document, or save its page as JPEG.
problem-upload-heic = HEIC pictures are not taken. Take the photo here, or save the picture as JPEG.
problem-upload-gif = GIF pictures are not taken. Take a photo, or save the picture as JPEG.
problem-upload-archive = Archives are not taken. Send the picture inside it by itself.
problem-upload-not-a-picture = This is not a picture that we can read. Take a photo, or save it as JPEG.
problem-upload-too-many-pixels = The picture has more than 50 megapixels. Take a new photo with fewer, or save it smaller.
problem-upload-too-small = The picture is too small to be read. Take a new photo from nearby.
problem-upload-damaged = The picture is cut off or broken. Choose it again, or take a new photo.
problem-upload-too-many = There are as many pictures here as can be kept. Remove one, or go on without.
problem-upload-too-much-unfinished = Too much that was begun was not finished. Finish it, or try again tomorrow.
problem-upload-too-many-pieces = The picture came in too many pieces. Choose it again.
problem-upload-missing = Choose a picture, or take a photo.
problem-upload-gone = This upload is not there any more. Choose the picture again.
