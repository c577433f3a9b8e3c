CREATE TABLE `worker_task` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`worker` text NOT NULL,
	`task` text NOT NULL,
	`taint` text NOT NULL,
	`said` text NOT NULL,
	`said_chars` integer NOT NULL,
	`progress` text,
	`fence` text,
	`holder` text,
	`claim_key` text,
	`lease_ms` integer,
	`lease_until` integer,
	`attempt` integer NOT NULL,
	`silent` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`finished` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`id`) REFERENCES `subagent`(`space`,`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "worker_task_lease" CHECK((fence IS NULL) = (attempt = 0) AND (fence IS NULL) = (holder IS NULL) AND (fence IS NULL) = (claim_key IS NULL) AND (fence IS NULL) = (lease_ms IS NULL) AND (fence IS NULL) = (lease_until IS NULL)),
	CONSTRAINT "worker_task_finished" CHECK(finished = 0 OR (ended_at IS NOT NULL AND fence IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX `worker_task_open` ON `worker_task` (`space`,`worker`,`id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE INDEX `token_name` ON `token` (`space`,`kind`,`name`);