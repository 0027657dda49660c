-- SHA-256, in hex, of a file as it is kept: it is rewritten when it comes in, so what was sent
-- says nothing of it. NULL for files of before.
ALTER TABLE attachments ADD COLUMN kept TEXT;
