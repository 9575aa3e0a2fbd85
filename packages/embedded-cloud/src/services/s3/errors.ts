import { randomUUID } from 'node:crypto';
import type { AwsReply } from '../../gateway/types.ts';
import { createXmlReply, escapeXml } from '../wire.ts';

/**
 * HTTP status and default message of each S3 error code.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const ERRORS = {
  AccessDenied: [403, 'Access Denied'],
  BadDigest: [
    400,
    'The Content-MD5 or checksum value that you specified did not match what the server received.',
  ],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size'],
  IncompleteBody: [
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  ],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketState: [409, 'Object Lock configuration cannot be enabled on existing buckets'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 you specified was invalid.'],
  InvalidPolicyDocument: [
    400,
    'The content of the form does not meet the conditions specified in the policy document.',
  ],
  InvalidPart: [
    400,
    'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part’s entity tag.',
  ],
  InvalidPartOrder: [
    400,
    'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
  ],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [
    400,
    'This copy request is illegal because it is trying to copy an object to itself without changing the object’s metadata.',
  ],
  InvalidURI: [400, 'Couldn’t parse the specified URI.'],
  KeyTooLongError: [400, 'Your key is too long'],
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  ],
  MaxPostPreDataLengthExceeded: [
    400,
    'Your POST request fields preceding the upload file are too large.',
  ],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchObjectLockConfiguration: [
    404,
    'The specified object does not have a ObjectLock configuration',
  ],
  NoSuchVersion: [404, 'The specified version does not exist.'],
  NoSuchUpload: [
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  ],
  NotImplemented: [
    501,
    'A header or query you provided implies functionality that is not implemented',
  ],
  ObjectLockConfigurationNotFoundError: [
    404,
    'Object Lock configuration does not exist for this bucket',
  ],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
  XAmzContentChecksumMismatch: [
    400,
    'The provided checksum header does not match what was computed.',
  ],
  XAmzContentSHA256Mismatch: [
    400,
    'The provided ‘x-amz-content-sha256’ header does not match what was computed.',
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type S3ErrorCode = keyof typeof ERRORS;

/**
 * An error that S3 sends to the client. Actions throw the error, and `handleCall` in s3.ts turns
 * the error into a reply.
 */
export class S3Error extends Error {
  override name = 'S3Error';
  readonly code: S3ErrorCode;
  constructor(code: S3ErrorCode, message: string = ERRORS[code][1]) {
    super(message);
    this.code = code;
  }
}

/** Creates the reply for an error. The reply to a HEAD request has no body. */
export function createS3ErrorReply(error: S3Error, method: string): AwsReply {
  const status = ERRORS[error.code][0];
  return createErrorReply(status, error.code, error.message, method);
}

/** Creates an error reply with any error code. The reply to a HEAD request has no body. */
export function createErrorReply(
  status: number,
  code: string,
  message: string,
  method = 'GET',
): AwsReply {
  const request_id = randomUUID();
  const reply = createXmlReply(
    status,
    `<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message><RequestId>${request_id}</RequestId></Error>`,
    { 'x-amz-request-id': request_id },
  );
  return method === 'HEAD' ? { ...reply, body: '' } : reply;
}
