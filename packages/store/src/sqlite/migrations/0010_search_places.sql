-- The index is written anew: each message also stands under its agent, its channel and its person, and
-- beginnings of words are found as fast as words.
DROP TABLE `message_text`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `message_text` USING fts5(place, words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2", prefix='2 3');
--> statement-breakpoint
UPDATE `store` SET `indexed_row` = 0;
