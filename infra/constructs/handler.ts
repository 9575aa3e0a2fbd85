import { fileURLToPath } from 'node:url';
import { Duration, aws_iam as iam, aws_lambda as lambda, aws_logs as logs } from 'aws-cdk-lib';
import { type ICommandHooks, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { BUNDLING } from '../bundling.ts';
import type { Settings } from '../settings.ts';

export interface HandlerProps {
  settings: Settings;
  /** The handler's file from the root of the repository. */
  entry: string;
  description: string;
  memory_mb: number;
  timeout_seconds: number;
  environment: Record<string, string>;
  grants: { actions: string[]; resources: string[] }[];
  /** Files that go along beside the bundle, by folder: paths from the root of the repository. */
  assets?: Record<string, string[]>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A function with a bundle, a log group and a role of its own that may do what `grants` say and nothing else. */
export function handlerFunction(
  scope: Construct,
  id: string,
  props: HandlerProps,
): lambda.Function & { role: iam.Role } {
  const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
    retention: props.settings.log_retention_days,
  });
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  const grants = [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
    ...props.grants,
  ];
  for (const grant of grants) role.addToPolicy(new iam.PolicyStatement(grant));
  const handler = new NodejsFunction(scope, id, {
    description: props.description,
    entry: `${ROOT}${props.entry}`,
    projectRoot: ROOT,
    depsLockFilePath: `${ROOT}package-lock.json`,
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: props.memory_mb,
    timeout: Duration.seconds(props.timeout_seconds),
    role,
    logGroup,
    tracing: lambda.Tracing.ACTIVE,
    environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
    bundling: {
      ...BUNDLING,
      format: OutputFormat.ESM,
      sourceMap: true,
      sourcesContent: false,
      // The SDK is bundled: the version that was tested is the version that runs.
      externalModules: [],
      ...(props.assets === undefined ? {} : { commandHooks: copying(props.assets) }),
    },
  });
  return Object.assign(handler, { role });
}

function copying(assets: Record<string, string[]>): ICommandHooks {
  return {
    beforeInstall: () => [],
    beforeBundling: () => [],
    afterBundling: (from, to) =>
      Object.entries(assets).flatMap(([folder, files]) => [
        `mkdir -p "${to}/${folder}"`,
        ...files.map((file) => `cp "${from}/${file}" "${to}/${folder}/"`),
      ]),
  };
}
