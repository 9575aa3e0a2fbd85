/**
 * This module exports single parts of the embedded cloud, for tests of code that calls one AWS
 * service. A test can run one service behind a plain HTTP server, or several services behind the
 * gateway with its meter and its fault rules.
 */
export { createGateway, type Gateway, type GatewayOptions } from './gateway/gateway.ts';
export { createPort, type HttpRequest, type HttpResponse, type Port } from './gateway/port.ts';
export {
  clientConfig,
  ownerIdentity,
  type ServedService,
  serveService,
} from './gateway/serve-service.ts';
export { createAthena } from './services/athena/athena.ts';
export type { GlueTable } from './services/athena/catalog.ts';
export { writeParquet } from './services/athena/write-parquet.ts';
export { analyse as analyseSentiment } from './services/comprehend/analyzer.ts';
export { createComprehend } from './services/comprehend/comprehend.ts';
export { createDynamoDb } from './services/dynamodb.ts';
export { createKinesis } from './services/kinesis.ts';
export { createS3 } from './services/s3/s3.ts';
export { createSecretsManager } from './services/secrets-manager.ts';
