CREATE TABLE `call_reservation` (
	`space` text DEFAULT 'main' NOT NULL,
	`call_id` text NOT NULL,
	`boot` text NOT NULL,
	`agent_id` text NOT NULL,
	`person_id` text NOT NULL,
	`amount_micros` integer NOT NULL,
	PRIMARY KEY(`space`, `call_id`),
	CONSTRAINT "call_reservation_amount" CHECK(amount_micros >= 0)
);
--> statement-breakpoint
CREATE INDEX `call_reservation_live` ON `call_reservation` (`space`,`boot`);--> statement-breakpoint
ALTER TABLE `step` ADD `counted` integer;--> statement-breakpoint
CREATE INDEX `step_uncounted` ON `step` (`space`,`run_id`) WHERE state = 'aborted' AND counted < attempt;--> statement-breakpoint
ALTER TABLE `usage` ADD `cut` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage` ADD `estimated` integer DEFAULT 0 NOT NULL;