CREATE TABLE `subagent` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`parent_call` text NOT NULL,
	`parent_run` text NOT NULL,
	`parent_session` text NOT NULL,
	`parent_generation` integer NOT NULL,
	`root` text NOT NULL,
	`session_id` text NOT NULL,
	`run_id` text,
	`agent_id` text NOT NULL,
	`label` text NOT NULL,
	`model` text,
	`depth` integer NOT NULL,
	`lineage` text NOT NULL,
	`tools` text,
	`deadline_at` integer,
	`state` text NOT NULL,
	`outcome` text,
	`reply` text,
	`usage` text,
	`taint` text,
	`result_id` text,
	`taken_by` text,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`parent_call`) REFERENCES `call`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`parent_session`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "subagent_kind" CHECK((kind = 'task' OR kind = 'message')),
	CONSTRAINT "subagent_state" CHECK((state = 'queued' OR state = 'running' OR state = 'completed' OR state = 'failed' OR state = 'aborted')),
	CONSTRAINT "subagent_run" CHECK(state <> 'running' OR run_id IS NOT NULL),
	CONSTRAINT "subagent_ended" CHECK((state = 'completed' OR state = 'failed' OR state = 'aborted') = (ended_at IS NOT NULL)),
	CONSTRAINT "subagent_outcome" CHECK((state = 'completed' OR state = 'failed' OR state = 'aborted') = (outcome IS NOT NULL)),
	CONSTRAINT "subagent_result" CHECK((state = 'completed' OR state = 'failed' OR state = 'aborted') = (result_id IS NOT NULL)),
	CONSTRAINT "subagent_taken" CHECK(taken_by IS NULL OR result_id IS NOT NULL)
);
--> statement-breakpoint
CREATE INDEX `subagent_parent` ON `subagent` (`space`,`parent_session`,`id`);--> statement-breakpoint
CREATE INDEX `subagent_session` ON `subagent` (`space`,`session_id`);--> statement-breakpoint
CREATE INDEX `subagent_open` ON `subagent` (`space`,`parent_session`,`id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `subagent_call` ON `subagent` (`space`,`parent_call`);--> statement-breakpoint
ALTER TABLE `inbound` ADD `subagent_id` text;