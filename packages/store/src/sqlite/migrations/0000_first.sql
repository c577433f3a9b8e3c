CREATE TABLE `account` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`channel` text NOT NULL,
	`name` text NOT NULL,
	`platform_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `account_platform` ON `account` (`space`,`channel`,`platform_id`);--> statement-breakpoint
CREATE TABLE `approval` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`call_id` text NOT NULL,
	`run_id` text NOT NULL,
	`session_id` text NOT NULL,
	`plan_hash` text NOT NULL,
	`ask_id` text,
	`state` text NOT NULL,
	`expires_at` integer NOT NULL,
	`decided_by` text,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`call_id`) REFERENCES `call`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`run_id`) REFERENCES `run`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`ask_id`) REFERENCES `outbound`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "approval_state" CHECK((state = 'pending' OR state = 'approved' OR state = 'denied' OR state = 'expired' OR state = 'cancelled' OR state = 'consumed')),
	CONSTRAINT "approval_decided" CHECK((state = 'approved' OR state = 'denied' OR state = 'consumed') = (decided_by IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX `approval_pending` ON `approval` (`space`,`expires_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX `approval_call` ON `approval` (`space`,`call_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `approval_plan` ON `approval` (`space`,`id`,`plan_hash`,`call_id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`principal` text NOT NULL,
	`details` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_order` ON `audit` (`space`,`seq`);--> statement-breakpoint
CREATE TABLE `blob` (
	`space` text DEFAULT 'main' NOT NULL,
	`sha256` text NOT NULL,
	`mime_type` text NOT NULL,
	`bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `sha256`)
);
--> statement-breakpoint
CREATE TABLE `call` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`run_id` text NOT NULL,
	`n` integer NOT NULL,
	`i` integer NOT NULL,
	`call_id` text NOT NULL,
	`tool` text NOT NULL,
	`input` text NOT NULL,
	`effect` text NOT NULL,
	`plan_hash` text NOT NULL,
	`gated` integer DEFAULT 0 NOT NULL,
	`approval_id` text,
	`state` text NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`deadline` integer,
	`result` text,
	`started_at` integer,
	`ended_at` integer,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`run_id`,`n`) REFERENCES `step`(`space`,`run_id`,`n`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`approval_id`,`plan_hash`,`id`) REFERENCES `approval`(`space`,`id`,`plan_hash`,`call_id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "call_effect" CHECK((effect = 'pure' OR effect = 'keyed' OR effect = 'probeable' OR effect = 'opaque')),
	CONSTRAINT "call_state" CHECK((state = 'planned' OR state = 'started' OR state = 'done' OR state = 'failed' OR state = 'unknown' OR state = 'cancelled')),
	CONSTRAINT "call_gated" CHECK(gated = 0 OR approval_id IS NOT NULL OR (state = 'planned' OR state = 'cancelled' OR state = 'failed')),
	CONSTRAINT "call_result" CHECK((state = 'done' OR state = 'failed' OR state = 'unknown' OR state = 'cancelled') = (result IS NOT NULL)),
	CONSTRAINT "call_deadline" CHECK(state <> 'started' OR deadline IS NOT NULL),
	CONSTRAINT "call_opaque" CHECK(effect <> 'opaque' OR attempt <= 1)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `call_place` ON `call` (`space`,`run_id`,`n`,`i`);--> statement-breakpoint
CREATE TABLE `conversation` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`key` text NOT NULL,
	`target` text NOT NULL,
	`is_group` integer DEFAULT 0 NOT NULL,
	`next_seq` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`account_id`) REFERENCES `account`(`space`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversation_key` ON `conversation` (`space`,`account_id`,`key`);--> statement-breakpoint
CREATE TABLE `delta` (
	`space` text DEFAULT 'main' NOT NULL,
	`run_id` text NOT NULL,
	`n` integer NOT NULL,
	`attempt` integer NOT NULL,
	`start` integer NOT NULL,
	`text` text NOT NULL,
	PRIMARY KEY(`space`, `run_id`, `n`, `attempt`, `start`),
	FOREIGN KEY (`space`,`run_id`,`n`) REFERENCES `step`(`space`,`run_id`,`n`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `entry` (
	`row` integer PRIMARY KEY NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`generation` integer NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`inbound_id` text,
	`run_id` text NOT NULL,
	`n` integer NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`inbound_id`) REFERENCES `inbound`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`run_id`,`n`) REFERENCES `step`(`space`,`run_id`,`n`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "entry_kind" CHECK((kind = 'input' OR kind = 'answer' OR kind = 'results')),
	CONSTRAINT "entry_source" CHECK((kind = 'input') = (inbound_id IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entry_inbound` ON `entry` (`space`,`inbound_id`) WHERE inbound_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `entry_step` ON `entry` (`space`,`run_id`,`n`,`kind`) WHERE inbound_id IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `entry_order` ON `entry` (`space`,`session_id`,`seq`);--> statement-breakpoint
CREATE TABLE `event` (
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`seq` integer NOT NULL,
	`run_id` text,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`space`, `session_id`, `seq`),
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `event_end` ON `event` (`space`,`run_id`) WHERE kind = 'run.end';--> statement-breakpoint
CREATE TABLE `identity` (
	`space` text DEFAULT 'main' NOT NULL,
	`channel` text NOT NULL,
	`account_id` text NOT NULL,
	`external_id` text NOT NULL,
	`person_id` text NOT NULL,
	`name` text,
	`access` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`space`, `channel`, `account_id`, `external_id`),
	FOREIGN KEY (`space`,`person_id`) REFERENCES `person`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "identity_access" CHECK((access = 'allowed' OR access = 'blocked' OR access = 'none'))
);
--> statement-breakpoint
CREATE TABLE `inbound` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`external_id` text NOT NULL,
	`session_id` text NOT NULL,
	`seq` integer NOT NULL,
	`conversation_id` text,
	`principal_id` text NOT NULL,
	`trust` text NOT NULL,
	`principal` text NOT NULL,
	`provenance` text NOT NULL,
	`taint` text NOT NULL,
	`route` text NOT NULL,
	`route_kind` text NOT NULL,
	`stateless` integer DEFAULT 0 NOT NULL,
	`mode` text NOT NULL,
	`control` integer DEFAULT 0 NOT NULL,
	`body` text NOT NULL,
	`state` text NOT NULL,
	`run_id` text,
	`reason` text,
	`notice_id` text,
	`reply` text,
	`expires_at` integer,
	`at` integer NOT NULL,
	`settled_at` integer,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`account_id`,`external_id`) REFERENCES `seen`(`space`,`account_id`,`external_id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`conversation_id`) REFERENCES `conversation`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`run_id`,`session_id`) REFERENCES `run`(`space`,`id`,`session_id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`notice_id`) REFERENCES `outbound`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "inbound_state" CHECK((state = 'queued' OR state = 'refused' OR state = 'bound' OR state = 'answered' OR state = 'failed' OR state = 'cancelled')),
	CONSTRAINT "inbound_mode" CHECK((mode = 'steer' OR mode = 'followup' OR mode = 'collect' OR mode = 'interrupt')),
	CONSTRAINT "inbound_trust" CHECK((trust = 'owner' OR trust = 'paired' OR trust = 'guest' OR trust = 'stranger' OR trust = 'machine')),
	CONSTRAINT "inbound_route" CHECK((route_kind = 'push' OR route_kind = 'pull')),
	CONSTRAINT "inbound_queued" CHECK(NOT (state = 'queued' OR state = 'refused') OR run_id IS NULL),
	CONSTRAINT "inbound_bound" CHECK(state <> 'bound' OR run_id IS NOT NULL),
	CONSTRAINT "inbound_answered" CHECK(state <> 'answered' OR run_id IS NOT NULL OR reason IS NOT NULL),
	CONSTRAINT "inbound_reason" CHECK(NOT (state = 'refused' OR state = 'failed' OR state = 'cancelled') OR reason IS NOT NULL),
	CONSTRAINT "inbound_notice" CHECK(state <> 'failed' OR notice_id IS NOT NULL OR route_kind = 'pull'),
	CONSTRAINT "inbound_control" CHECK(control = 0 OR run_id IS NULL),
	CONSTRAINT "inbound_settled" CHECK((state = 'queued' OR state = 'bound') = (settled_at IS NULL))
);
--> statement-breakpoint
CREATE INDEX `inbound_queue` ON `inbound` (`space`,`session_id`,`seq`) WHERE state = 'queued' AND control = 0;--> statement-breakpoint
CREATE INDEX `inbound_control` ON `inbound` (`space`) WHERE state = 'queued' AND control = 1;--> statement-breakpoint
CREATE INDEX `inbound_run` ON `inbound` (`space`,`run_id`) WHERE run_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `inbound_external` ON `inbound` (`space`,`account_id`,`external_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `inbound_order` ON `inbound` (`space`,`session_id`,`seq`);--> statement-breakpoint
CREATE TABLE `kv` (
	`row` integer PRIMARY KEY NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`namespace` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `kv_key` ON `kv` (`space`,`namespace`,`key`);--> statement-breakpoint
CREATE TABLE `kv_once` (
	`space` text DEFAULT 'main' NOT NULL,
	`once` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`space`, `once`)
);
--> statement-breakpoint
CREATE INDEX `kv_once_age` ON `kv_once` (`space`,`at`);--> statement-breakpoint
CREATE TABLE `outbound` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`conversation_id` text NOT NULL,
	`seq` integer NOT NULL,
	`origin` text NOT NULL,
	`part` integer NOT NULL,
	`kind` text NOT NULL,
	`target_id` text,
	`run_id` text,
	`body` text NOT NULL,
	`idem_key` text NOT NULL,
	`state` text NOT NULL,
	`fence` text,
	`boot` text,
	`deadline` integer,
	`attempt` integer DEFAULT 0 NOT NULL,
	`marked` integer DEFAULT 0 NOT NULL,
	`not_before` integer,
	`ttl_ms` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`receipt` text,
	`reason` text,
	`epoch` text NOT NULL,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`discarded` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`conversation_id`) REFERENCES `conversation`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`target_id`) REFERENCES `outbound`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "outbound_kind" CHECK((kind = 'send' OR kind = 'open' OR kind = 'edit' OR kind = 'delete')),
	CONSTRAINT "outbound_state" CHECK((state = 'prepared' OR state = 'sending' OR state = 'sent' OR state = 'ambiguous' OR state = 'unconfirmed' OR state = 'dead' OR state = 'withdrawn' OR state = 'held')),
	CONSTRAINT "outbound_target" CHECK((kind = 'edit' OR kind = 'delete') = (target_id IS NOT NULL)),
	CONSTRAINT "outbound_sending" CHECK(state <> 'sending' OR (fence IS NOT NULL AND deadline IS NOT NULL)),
	CONSTRAINT "outbound_sent" CHECK((state = 'sent') = (receipt IS NOT NULL)),
	CONSTRAINT "outbound_bubble" CHECK((kind = 'open') = (run_id IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbound_flight` ON `outbound` (`space`,`conversation_id`) WHERE (state = 'sending' OR state = 'ambiguous');--> statement-breakpoint
CREATE INDEX `outbound_lane` ON `outbound` (`space`,`conversation_id`,`seq`) WHERE (state = 'prepared' OR state = 'sending' OR state = 'ambiguous');--> statement-breakpoint
CREATE INDEX `outbound_ended` ON `outbound` (`space`,`state`) WHERE (state = 'unconfirmed' OR state = 'dead' OR state = 'withdrawn' OR state = 'held');--> statement-breakpoint
CREATE INDEX `outbound_bubble` ON `outbound` (`space`,`run_id`) WHERE run_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `outbound_order` ON `outbound` (`space`,`conversation_id`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `outbound_origin` ON `outbound` (`space`,`origin`,`part`,`kind`);--> statement-breakpoint
CREATE TABLE `pairing` (
	`space` text DEFAULT 'main' NOT NULL,
	`code_hash` text NOT NULL,
	`code_hint` text NOT NULL,
	`channel` text NOT NULL,
	`account_id` text NOT NULL,
	`external_id` text NOT NULL,
	`name` text,
	`conversation` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`space`, `code_hash`)
);
--> statement-breakpoint
CREATE INDEX `pairing_expiry` ON `pairing` (`space`,`expires_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `pairing_sender` ON `pairing` (`space`,`channel`,`account_id`,`external_id`);--> statement-breakpoint
CREATE TABLE `person` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`name` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `id`)
);
--> statement-breakpoint
CREATE TABLE `run` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`session_id` text NOT NULL,
	`generation` integer NOT NULL,
	`format` integer NOT NULL,
	`state` text NOT NULL,
	`parent_call` text,
	`root` text NOT NULL,
	`fence` text,
	`last_fence` text NOT NULL,
	`boot` text NOT NULL,
	`attempt` integer NOT NULL,
	`stalls` integer NOT NULL,
	`stateless` integer DEFAULT 0 NOT NULL,
	`taint` text NOT NULL,
	`wait` text,
	`resume_at` integer,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text,
	PRIMARY KEY(`space`, `id`),
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`space`,`parent_call`) REFERENCES `call`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "run_state" CHECK((state = 'leased' OR state = 'parked' OR state = 'ready' OR state = 'completed' OR state = 'failed' OR state = 'aborted')),
	CONSTRAINT "run_leased" CHECK((state = 'leased') = (fence IS NOT NULL)),
	CONSTRAINT "run_parked" CHECK((state = 'parked') = (wait IS NOT NULL)),
	CONSTRAINT "run_ended" CHECK((state = 'completed' OR state = 'failed' OR state = 'aborted') = (ended_at IS NOT NULL)),
	CONSTRAINT "run_outcome" CHECK((ended_at IS NULL) = (outcome IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `run_active` ON `run` (`space`,`session_id`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `run_parent` ON `run` (`space`,`parent_call`) WHERE parent_call IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `run_session` ON `run` (`space`,`id`,`session_id`);--> statement-breakpoint
CREATE TABLE `schedule` (
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`owner` text NOT NULL,
	`session_key` text NOT NULL,
	`agent_id` text NOT NULL,
	`text` text NOT NULL,
	`principal` text NOT NULL,
	`provenance` text NOT NULL,
	`route` text NOT NULL,
	`conversation` text,
	`next_at` integer,
	`last_at` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `id`),
	CONSTRAINT "schedule_next" CHECK(next_at IS NULL OR last_at IS NULL OR next_at > last_at)
);
--> statement-breakpoint
CREATE INDEX `schedule_due` ON `schedule` (`space`,`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `schedule_owner` ON `schedule` (`space`,`owner`,`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `schedule_key` ON `schedule` (`space`,`key`);--> statement-breakpoint
CREATE TABLE `seen` (
	`space` text DEFAULT 'main' NOT NULL,
	`account_id` text NOT NULL,
	`external_id` text NOT NULL,
	`body_hash` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`space`, `account_id`, `external_id`)
);
--> statement-breakpoint
CREATE TABLE `session` (
	`row` integer PRIMARY KEY NOT NULL,
	`space` text DEFAULT 'main' NOT NULL,
	`id` text NOT NULL,
	`key` text NOT NULL,
	`agent_id` text NOT NULL,
	`generation` integer DEFAULT 1 NOT NULL,
	`title` text,
	`model` text,
	`queue_mode` text,
	`archived` integer DEFAULT 0 NOT NULL,
	`next_event` integer DEFAULT 1 NOT NULL,
	`next_inbound` integer DEFAULT 1 NOT NULL,
	`next_entry` integer DEFAULT 1 NOT NULL,
	`queued` integer DEFAULT 0 NOT NULL,
	`messages` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`active_at` integer,
	CONSTRAINT "session_mode" CHECK((queue_mode = 'steer' OR queue_mode = 'followup' OR queue_mode = 'collect' OR queue_mode = 'interrupt')),
	CONSTRAINT "session_queued" CHECK(queued >= 0)
);
--> statement-breakpoint
CREATE INDEX `session_active` ON `session` (`space`,`active_at`,`id`) WHERE active_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `session_agent` ON `session` (`space`,`agent_id`,`active_at`,`id`) WHERE active_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `session_archived` ON `session` (`space`,`active_at`,`id`) WHERE archived = 1;--> statement-breakpoint
CREATE UNIQUE INDEX `session_id` ON `session` (`space`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `session_key` ON `session` (`space`,`key`);--> statement-breakpoint
CREATE TABLE `step` (
	`space` text DEFAULT 'main' NOT NULL,
	`run_id` text NOT NULL,
	`n` integer NOT NULL,
	`state` text NOT NULL,
	`attempt` integer NOT NULL,
	`upto_seq` integer NOT NULL,
	`summary_upto` integer,
	`answer` text,
	`finish` text,
	`usage` text,
	`provider` text,
	`model` text,
	`cost_micros` integer,
	`opened_at` integer NOT NULL,
	`closed_at` integer,
	PRIMARY KEY(`space`, `run_id`, `n`),
	FOREIGN KEY (`space`,`run_id`) REFERENCES `run`(`space`,`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "step_state" CHECK((state = 'open' OR state = 'done' OR state = 'aborted')),
	CONSTRAINT "step_done" CHECK(state <> 'done' OR answer IS NOT NULL),
	CONSTRAINT "step_answer" CHECK(state <> 'open' OR answer IS NULL),
	CONSTRAINT "step_closed" CHECK((state = 'open') = (closed_at IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `step_open` ON `step` (`space`,`run_id`) WHERE state = 'open';--> statement-breakpoint
CREATE TABLE `store` (
	`one` integer PRIMARY KEY DEFAULT 1 NOT NULL,
	`epoch` text NOT NULL,
	`boot` text NOT NULL,
	`schema` integer NOT NULL,
	`min_writer` integer NOT NULL,
	`clock_high` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`clean` integer DEFAULT 0 NOT NULL,
	`queued` integer DEFAULT 0 NOT NULL,
	`sessions` integer DEFAULT 0 NOT NULL,
	`indexed_row` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "store_one" CHECK(one = 1),
	CONSTRAINT "store_queued" CHECK(queued >= 0)
);
--> statement-breakpoint
CREATE TABLE `summary` (
	`space` text DEFAULT 'main' NOT NULL,
	`session_id` text NOT NULL,
	`generation` integer NOT NULL,
	`upto_seq` integer NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`space`, `session_id`, `generation`, `upto_seq`),
	FOREIGN KEY (`space`,`session_id`) REFERENCES `session`(`space`,`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `token` (
	`space` text DEFAULT 'main' NOT NULL,
	`hash` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`principal` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	PRIMARY KEY(`space`, `hash`),
	CONSTRAINT "token_kind" CHECK((kind = 'code' OR kind = 'cookie' OR kind = 'api'))
);
--> statement-breakpoint
CREATE INDEX `token_expiry` ON `token` (`space`,`expires_at`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `usage` (
	`space` text DEFAULT 'main' NOT NULL,
	`day` text NOT NULL,
	`session_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`calls` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cache_read_tokens` integer NOT NULL,
	`cache_write_tokens` integer NOT NULL,
	`reasoning_tokens` integer NOT NULL,
	`cost_micros` integer NOT NULL,
	PRIMARY KEY(`space`, `day`, `session_id`, `agent_id`, `provider`, `model`)
);
--> statement-breakpoint
CREATE INDEX `usage_session` ON `usage` (`space`,`session_id`,`day`);