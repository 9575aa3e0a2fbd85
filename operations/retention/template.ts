import * as z from 'zod';

/** Types of resources that keep data. */
const TYPES = [
  'AWS::S3::Bucket',
  'AWS::DynamoDB::Table',
  'AWS::Kinesis::Stream',
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
] as const;

const lifecycleRule = z.object({
  Prefix: z.string().optional(),
  Status: z.string(),
  ExpirationInDays: z.number().optional(),
  NoncurrentVersionExpiration: z.object({ NoncurrentDays: z.number() }).optional(),
});

const propertiesSchema = z.object({
  LifecycleConfiguration: z.object({ Rules: z.array(lifecycleRule) }).optional(),
  VersioningConfiguration: z.object({ Status: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
  PointInTimeRecoverySpecification: z
    .object({
      PointInTimeRecoveryEnabled: z.boolean(),
      RecoveryPeriodInDays: z.number().optional(),
    })
    .optional(),
  RetentionPeriodHours: z.number().optional(),
  MessageRetentionPeriod: z.number().optional(),
  RetentionInDays: z.number().optional(),
});

const resourceSchema = z.object({ Type: z.string(), Properties: z.unknown() });
const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });
const functionSchema = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).optional(),
});

/** A resource of the template that keeps data. */
export interface DataStore {
  /** Logical id without the hash that CDK adds. */
  name: string;
  type: (typeof TYPES)[number];
  properties: z.infer<typeof propertiesSchema>;
}

/** The parts of a template that say how long data is kept. */
export interface RetentionTemplate {
  stores: DataStore[];
  /** Variables of all functions that are texts. Functions agree on what they name alike. */
  variables: Record<string, string>;
}

/**
 * Reads from a template of CloudFormation how long its stores keep data.
 *
 * @throws {z.ZodError} if the template has another form.
 */
export function readRetentionTemplate(template: unknown): RetentionTemplate {
  const { Resources } = templateSchema.parse(template);
  const stores: DataStore[] = [];
  const variables: Record<string, string> = {};
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    const type = TYPES.find((one) => one === Type);
    if (type !== undefined) {
      const properties = propertiesSchema.parse(Properties ?? {});
      stores.push({ name: id.replace(/[0-9A-F]{8}$/, ''), type, properties });
    }
    if (Type !== 'AWS::Lambda::Function') continue;
    const { Environment } = functionSchema.parse(Properties);
    for (const [name, value] of Object.entries(Environment?.Variables ?? {})) {
      if (typeof value === 'string') variables[name] = value;
    }
  }
  return { stores, variables };
}
