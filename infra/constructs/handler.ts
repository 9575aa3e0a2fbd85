import { rmSync } from 'node:fs';
import {
  Duration,
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  Stack,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type Assets, bundle } from '../bundling.ts';
import type { Settings } from '../settings.ts';

export interface HandlerProps {
  settings: Settings;
  /** Path of the handler's source file, relative to the root of the repository. */
  entry: string;
  description: string;
  memory_mb: number;
  timeout_seconds: number;
  environment: Record<string, string>;
  /**
   * Whether Lambda lets the function run in a loop. If absent, Lambda stops a loop after about 16
   * invocations. A function that runs in a loop must limit the loop itself.
   * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
   */
  recursive_loop?: lambda.RecursiveLoop;
  grants: { actions: string[]; resources: string[] }[];
  /** Files to copy next to the bundle. */
  assets?: Assets;
  /** Concurrency that only this function may use, and its limit. By default there is none. */
  reserved_concurrency?: number | undefined;
}

/**
 * Creates a Lambda function with its own bundle, log group and IAM role. The role allows the
 * function to write logs and traces, and to do the actions in `grants`. It allows no other actions.
 */
export function createFunction(
  scope: Construct,
  id: string,
  props: HandlerProps,
): lambda.Function & { role: iam.Role } {
  const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
    retention: props.settings.log_retention_days,
  });
  const role = new iam.Role(scope, `${id}Role`, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  const grants = [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] },
    ...props.grants,
  ];
  for (const grant of grants) role.addToPolicy(new iam.PolicyStatement(grant));
  const folder = bundle(props, props.assets);
  const handler = new lambda.Function(scope, id, {
    description: props.description,
    code: lambda.Code.fromAsset(folder),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: props.memory_mb,
    timeout: Duration.seconds(props.timeout_seconds),
    role,
    logGroup,
    tracing: lambda.Tracing.ACTIVE,
    ...(props.reserved_concurrency === undefined
      ? {}
      : { reservedConcurrentExecutions: props.reserved_concurrency }),
    ...(props.recursive_loop === undefined ? {} : { recursiveLoop: props.recursive_loop }),
    environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
  });
  // Removes the temporary folder, because the cloud assembly contains a copy of the bundle.
  rmSync(folder, { recursive: true });
  return Object.assign(handler, { role });
}
