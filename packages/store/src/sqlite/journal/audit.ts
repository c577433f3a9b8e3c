import type { Journal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { auditDigestParts, auditHeadParts, auditParts } from '../record-chain.ts';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';

const insertAudit = `INSERT INTO audit (at, kind, principal, details, subject, digest) VALUES (?, ?, ?, ?, ?, ?)`;
const selectHead = query<{ audit_count: number; audit_mac: string | null }>(
  `SELECT audit_count, audit_mac FROM store`,
);
const updateHead = `UPDATE store SET audit_count = ?, audit_mac = ?, audit_head = ?`;
const updateMac = `UPDATE audit SET mac = ? WHERE seq = ?`;

/** Adds a row to the audit and to its chain. Returns its number. */
export function appendAudit(unit: Unit, input: Parameters<Journal['appendAudit']>[0]): number {
  const { db, seal, now: at } = unit;
  const { kind, principal, subject = null } = input;
  const details = toStored(input.details);
  const digest = seal?.sign(auditDigestParts({ principal, subject, details })) ?? null;
  const seq = db.insert(insertAudit, at, kind, principal, details, subject, digest);
  if (!seal) return seq;
  const head = db.find(selectHead);
  const mac = seal.sign(auditParts(head?.audit_mac ?? null, { seq, at, kind, digest }));
  const next = { audit_count: (head?.audit_count ?? 0) + 1, audit_mac: mac };
  db.run(updateMac, mac, seq);
  db.run(updateHead, next.audit_count, mac, seal.sign(auditHeadParts(next)));
  return seq;
}
