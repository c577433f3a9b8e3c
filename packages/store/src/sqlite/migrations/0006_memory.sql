CREATE TABLE `memory_chunk` (
	`row` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`agent_id` text NOT NULL,
	`path` text NOT NULL,
	`line_from` integer NOT NULL,
	`line_to` integer NOT NULL,
	`heading` text NOT NULL,
	`text` text NOT NULL,
	`hash` text NOT NULL,
	`taint` text NOT NULL,
	CONSTRAINT "memory_chunk_lines" CHECK(line_from >= 1 AND line_to >= line_from)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `memory_chunk_place` ON `memory_chunk` (`space`,`agent_id`,`path`,`row`);--> statement-breakpoint
CREATE TABLE `memory_file` (
	`space` text DEFAULT 'main' NOT NULL,
	`agent_id` text NOT NULL,
	`path` text NOT NULL,
	`hash` text NOT NULL,
	`stamp` text NOT NULL,
	`bytes` integer NOT NULL,
	`readers` text NOT NULL,
	`chunks` integer NOT NULL,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`space`, `agent_id`, `path`)
);
--> statement-breakpoint
CREATE TABLE `memory_reader` (
	`space` text DEFAULT 'main' NOT NULL,
	`agent_id` text NOT NULL,
	`reader` text NOT NULL,
	`path` text NOT NULL,
	PRIMARY KEY(`space`, `agent_id`, `reader`, `path`)
);
--> statement-breakpoint
CREATE INDEX `memory_reader_file` ON `memory_reader` (`space`,`agent_id`,`path`);--> statement-breakpoint
CREATE TABLE `memory_vector` (
	`row` integer PRIMARY KEY NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`model` text NOT NULL,
	`vector` blob NOT NULL
);

--> statement-breakpoint
-- The words of `memory_chunk`, under the same row; `place` holds one token for each reader.
CREATE VIRTUAL TABLE `memory_text` USING fts5(place, words, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");
