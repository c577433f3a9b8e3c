CREATE TABLE `fetched_media` (
	`space` text DEFAULT 'main' NOT NULL,
	`inbound_id` text NOT NULL,
	`i` integer NOT NULL,
	`sha256` text,
	`kind` text,
	`mime_type` text,
	`failure` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`space`, `inbound_id`, `i`),
	FOREIGN KEY (`space`,`inbound_id`) REFERENCES `inbound`(`space`,`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`space`,`sha256`) REFERENCES `blob`(`space`,`sha256`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "fetched_media_kind" CHECK(kind IS NULL OR (kind = 'image' OR kind = 'audio' OR kind = 'document')),
	CONSTRAINT "fetched_media_end" CHECK((sha256 IS NULL) = (failure IS NOT NULL)),
	CONSTRAINT "fetched_media_type" CHECK((sha256 IS NULL) = (kind IS NULL) AND (kind IS NULL) = (mime_type IS NULL))
);
--> statement-breakpoint
CREATE INDEX `fetched_media_blob` ON `fetched_media` (`space`,`sha256`) WHERE sha256 IS NOT NULL;