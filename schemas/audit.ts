import * as z from 'zod';
import { slug } from './record.ts';

/** Acts that change something or hand data out. Each is recorded before it is done. */
const ADMINISTRATIVE_ACTS = [
  'create_key',
  'rotate_key',
  'revoke_key',
  'read_callback_secret',
  'query',
  'redrive',
  'replay',
  'replay_set_asides',
  'undo',
  'replace_source',
  'rebuild_counts',
  'erase',
  'export',
  'set_alert',
  'mute_alert',
  'test_alert',
  'delete_alert',
  'set_digest',
  'delete_digest',
] as const;

/** Reads of stored texts. */
const READS_OF_TEXTS = [
  'read_result',
  'list_results',
  'read_job_results',
  'download_job_results',
  'tail_results',
  'read_digest',
  'read_set_asides',
  'download_export',
] as const;

/**
 * Requests to the API whose act another function does, and records as an administrative act. Each has one
 * entry, as a read has.
 */
const REQUESTS = ['request_erasure', 'request_export'] as const;

export const AUDITED_ACTS = [...ADMINISTRATIVE_ACTS, ...READS_OF_TEXTS, ...REQUESTS] as const;
export type AuditedAct = (typeof AUDITED_ACTS)[number];

/** An id, an ARN or an address: printable, and without spaces, so that no sentence fits. */
const identifier = z.string().regex(/^[\x21-\x7e]{1,512}$/);
/** The value of a selector: a name, an id, a date or a number. */
const plainValue = z.string().regex(/^[\w.:,/#=+-]{1,512}$/);
const name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();

/** The caller of an act: an IAM principal, an API key, a person of an OIDC issuer, or a function. */
const principalSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('iam'), arn: identifier }),
  z.strictObject({ kind: z.literal('api_key'), id: identifier, tenant: slug }),
  z.strictObject({
    kind: z.literal('oidc'),
    issuer: identifier.optional(),
    subject: identifier,
    tenant: slug,
  }),
  z.strictObject({ kind: z.literal('function'), name: identifier }),
]);
export type AuditPrincipal = z.infer<typeof principalSchema>;

/** The address from which an API was called, or the host on which a command ran. */
const originSchema = z.strictObject({
  source_ip: identifier.optional(),
  host: identifier.optional(),
});

/** Who calls, and from where. */
export const auditCallerSchema = z.strictObject({
  principal: principalSchema,
  from: originSchema,
  /** Id of the request or of the run of a command. */
  request_id: identifier,
});
export type AuditCaller = z.infer<typeof auditCallerSchema>;

const selectorsSchema = z.record(name, plainValue);

/** An act before it is written: `persons` has values that name a person, such as an author. */
export const auditActSchema = z.strictObject({
  act: z.enum(AUDITED_ACTS),
  /** Tenant whose data the act concerns. Absent if it concerns no tenant or all of them. */
  tenant: slug.optional(),
  /** The choice of what the act concerns, such as source, job_id, from and to. */
  selectors: selectorsSchema.optional(),
  /**
   * Selectors that name persons, and the SQL of a query, which may. They are stored as HMAC, under their
   * name and `_hmac`.
   */
  persons: z.record(name, z.string().max(262_144)).optional(),
});
export type AuditAct = z.infer<typeof auditActSchema>;

const OUTCOMES = ['done', 'failed', 'refused'] as const;

/** How an act has ended. */
const auditOutcomeSchema = z.strictObject({
  outcome: z.enum(OUTCOMES),
  /** Code of the error, such as AccessDenied. */
  error_code: z
    .string()
    .regex(/^\w{1,64}$/)
    .optional(),
  /** Numbers of what the act has changed or read. */
  counts: z.record(name, z.int().min(0)).optional(),
});
export type AuditOutcome = z.infer<typeof auditOutcomeSchema>;

/**
 * The contents of an entry. An administrative act has an entry `begun` before it is done and an entry
 * `ended` after it. A read has one entry, `read`. No entry has a text of a record.
 */
export const auditEntrySchema = z.strictObject({
  ...auditCallerSchema.shape,
  ...auditActSchema.omit({ persons: true }).shape,
  phase: z.enum(['begun', 'ended', 'read']),
  /** Pairs the entries of one act. */
  act_id: z.uuid(),
  at: time,
  ...auditOutcomeSchema.partial({ outcome: true }).shape,
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** A line of the trail: an entry, with its place in the chain of its writer. */
export const auditLineSchema = z.strictObject({
  version: z.literal(1),
  /** The process that wrote the line. Each writer has a chain of its own. */
  writer: z.string().regex(/^[a-z]+-[0-9a-f-]{36}$/),
  /** Number of the line in the chain, counted from 1. */
  sequence: z.int().min(1),
  /** `mac` of the line before it, or 64 zeros. */
  previous: sha256,
  /** Its day is the day of the object. */
  written_at: time,
  ...auditEntrySchema.shape,
  /** HMAC-SHA256 of the line without this field, with the deployment's key. */
  mac: sha256,
});
export type AuditLine = z.infer<typeof auditLineSchema>;

/** The part of a writer's chain that one day holds. */
const writerDaySchema = z.strictObject({
  writer: z.string(),
  first_sequence: z.int().min(1),
  last_sequence: z.int().min(1),
  /** `mac` of the last line. */
  head: sha256,
});
export type WriterDay = z.infer<typeof writerDaySchema>;

/** The seal of a day: its objects and the heads of its chains. */
export const auditManifestSchema = z.strictObject({
  version: z.literal(1),
  day: z.iso.date(),
  sealed_at: time,
  objects: z.array(z.strictObject({ key: z.string(), bytes: z.int().min(0), sha256 })),
  writers: z.array(writerDaySchema),
  /** SHA-256 of the manifest of the day before, or null for the first. */
  previous: sha256.nullable(),
  /** HMAC-SHA256 of the manifest without this field, with the deployment's key. */
  mac: sha256,
});
export type AuditManifest = z.infer<typeof auditManifestSchema>;

/** A message of the audit queue: a read of texts by the API, or the command to seal past days. */
export const auditMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('read'),
    caller: auditCallerSchema,
    act: auditActSchema,
    outcome: auditOutcomeSchema,
    act_id: z.uuid(),
    at: time,
  }),
  z.strictObject({ kind: z.literal('seal') }),
]);
export type AuditMessage = z.infer<typeof auditMessageSchema>;
