CREATE TABLE `reservation` (
	`space` text DEFAULT 'main' NOT NULL,
	`run_id` text NOT NULL,
	`n` integer NOT NULL,
	`boot` text NOT NULL,
	`agent_id` text NOT NULL,
	`person_id` text NOT NULL,
	`amount_micros` integer NOT NULL,
	PRIMARY KEY(`space`, `run_id`, `n`),
	FOREIGN KEY (`space`,`run_id`,`n`) REFERENCES `step`(`space`,`run_id`,`n`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "reservation_amount" CHECK(amount_micros >= 0)
);
--> statement-breakpoint
CREATE INDEX `reservation_live` ON `reservation` (`space`,`boot`);--> statement-breakpoint
CREATE TABLE `spend` (
	`space` text DEFAULT 'main' NOT NULL,
	`day` text NOT NULL,
	`scope` text NOT NULL,
	`spent_micros` integer NOT NULL,
	PRIMARY KEY(`space`, `day`, `scope`)
);
--> statement-breakpoint
CREATE TABLE `__new_usage` (
	`space` text DEFAULT 'main' NOT NULL,
	`day` text NOT NULL,
	`session_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`person_id` text DEFAULT '' NOT NULL,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`calls` integer NOT NULL,
	`unpriced` integer DEFAULT 0 NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cache_read_tokens` integer NOT NULL,
	`cache_write_tokens` integer NOT NULL,
	`reasoning_tokens` integer NOT NULL,
	`cost_micros` integer NOT NULL,
	PRIMARY KEY(`space`, `day`, `session_id`, `agent_id`, `person_id`, `provider`, `model`)
);
--> statement-breakpoint
-- Until now no price was known, and nobody was told apart.
INSERT INTO `__new_usage`("space", "day", "session_id", "agent_id", "person_id", "provider", "model", "calls", "unpriced", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_micros") SELECT "space", "day", "session_id", "agent_id", '', "provider", "model", "calls", CASE WHEN "cost_micros" = 0 THEN "calls" ELSE 0 END, "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "cost_micros" FROM `usage`;--> statement-breakpoint
DROP TABLE `usage`;--> statement-breakpoint
ALTER TABLE `__new_usage` RENAME TO `usage`;--> statement-breakpoint
CREATE INDEX `usage_session` ON `usage` (`space`,`session_id`,`day`);