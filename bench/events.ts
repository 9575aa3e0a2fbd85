/**
 * Builds the event of API Gateway's proxy integration for an authorized POST /analyze/sync request.
 */
export function analyzeEvent(text: string) {
  const path = '/analyze/sync';
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json', Host: 'example.com' },
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      requestId: '00000000-0000-4000-8000-000000000000',
      authorizer: {
        tenant: 'bench',
        tier: 'enterprise',
        rights: 'read,publish,jobs',
        rate_limit: '500',
        burst: '1000',
      },
      identity: { sourceIp: '127.0.0.1' },
      path: `/v1${path}`,
      stage: 'v1',
    },
    body: JSON.stringify({ text, options: { language_code: 'en' } }),
    isBase64Encoded: false,
  };
}

/** Builds the event with which Lambda sends a batch of records to the consumer. */
export function kinesisEvent(records: object[]) {
  return {
    Records: records.map((record, i) => {
      const sequenceNumber = `495903382714902566085596925383615710959215759891${String(i).padStart(8, '0')}`;
      return {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: `key-${i}`,
          sequenceNumber,
          data: Buffer.from(JSON.stringify(record)).toString('base64'),
          approximateArrivalTimestamp: Date.now() / 1_000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/consumer',
        awsRegion: 'us-east-1',
        eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/records',
      };
    }),
  };
}

/** Builds the event with which Lambda sends a queue message to a function. */
export function queueEvent(message: object) {
  return { Records: [{ messageId: '1', body: JSON.stringify(message) }] };
}

/** Builds the event that API Gateway sends to the authorizer. */
export function authorizerEvent(api_key: string) {
  return {
    type: 'REQUEST',
    methodArn: 'arn:aws:execute-api:us-east-1:000000000000:bench/v1/POST/analyze/sync',
    headers: { 'X-API-Key': api_key },
  };
}
