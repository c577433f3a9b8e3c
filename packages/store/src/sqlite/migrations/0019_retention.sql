CREATE TABLE `blob_use` (
	`space` text DEFAULT 'main' NOT NULL,
	`sha256` text NOT NULL,
	`inbound_id` text,
	`call_id` text,
	FOREIGN KEY (`space`,`sha256`) REFERENCES `blob`(`space`,`sha256`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`inbound_id`) REFERENCES `inbound`(`space`,`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`space`,`call_id`) REFERENCES `call`(`space`,`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "blob_use_one" CHECK((inbound_id IS NULL) <> (call_id IS NULL))
);
--> statement-breakpoint
CREATE INDEX `blob_use_blob` ON `blob_use` (`space`,`sha256`);--> statement-breakpoint
CREATE UNIQUE INDEX `blob_use_inbound` ON `blob_use` (`space`,`inbound_id`,`sha256`);--> statement-breakpoint
CREATE UNIQUE INDEX `blob_use_call` ON `blob_use` (`space`,`call_id`,`sha256`);--> statement-breakpoint
ALTER TABLE `seen` ADD `alone` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `seen_alone` ON `seen` (`space`,`at`) WHERE alone = 1;--> statement-breakpoint
CREATE INDEX `schedule_over` ON `schedule` (`space`,`created_at`) WHERE next_at IS NULL;--> statement-breakpoint
CREATE INDEX `summary_undone` ON `summary` (`space`,`undone_at`) WHERE undone_at IS NOT NULL;
--> statement-breakpoint
-- What older versions wrote: keys whose inbound is gone, and who names which blob.
UPDATE `seen` SET `alone` = 1 WHERE NOT EXISTS (SELECT 1 FROM `inbound` WHERE inbound.space = seen.space AND inbound.account_id = seen.account_id AND inbound.external_id = seen.external_id);--> statement-breakpoint
INSERT INTO `blob_use` (`space`, `sha256`, `inbound_id`)
SELECT DISTINCT inbound.space, part.atom, inbound.id FROM `inbound`, json_tree(inbound.body) AS part
WHERE instr(inbound.body, '"sha256"') > 0 AND part.key = 'sha256' AND EXISTS (SELECT 1 FROM `blob` WHERE blob.space = inbound.space AND blob.sha256 = part.atom);--> statement-breakpoint
INSERT INTO `blob_use` (`space`, `sha256`, `call_id`)
SELECT DISTINCT call.space, part.atom, call.id FROM `call`, json_tree(call.result) AS part
WHERE instr(call.result, '"sha256"') > 0 AND part.key = 'sha256' AND EXISTS (SELECT 1 FROM `blob` WHERE blob.space = call.space AND blob.sha256 = part.atom);
--> statement-breakpoint
-- A deletion merges no segments: that took tens of milliseconds of whoever deleted. Later insertions do, and a purge merges all.
INSERT INTO `message_text` (`message_text`, rank) VALUES ('deletemerge', 0);
