-- Full text beside the rows it describes. Contentless: the words are in the rows, the index holds only where they stand.
-- `place` narrows a search to one session or namespace.
CREATE VIRTUAL TABLE `message_text` USING fts5(place, words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
--> statement-breakpoint
CREATE VIRTUAL TABLE `value_text` USING fts5(place, words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
--> statement-breakpoint
CREATE VIRTUAL TABLE `session_text` USING fts5(words, content='', contentless_delete=1, tokenize='trigram');
