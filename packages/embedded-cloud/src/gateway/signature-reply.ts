import type { AwsReply, AwsService } from './types.ts';
import type { SignatureFault } from './verify-signature.ts';

interface Refusal {
  status: number;
  code: string;
  message: string;
}

const INCOMPLETE = 'The authorization lacks a part of Signature Version 4, or a part is not valid.';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. ' +
  'Check your AWS Secret Access Key and signing method.';

/**
 * Builds the reply that refuses a wrong signature. S3 has codes of its own, the services with XML
 * share the codes of the Query API, and the services with JSON share the rest.
 * Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export function signatureReply(service: AwsService, fault: SignatureFault): AwsReply {
  const refuse = REFUSALS[service.service] ?? refuseJson;
  const { status, code, message } = refuse(fault);
  return service.errorReply(status, code, message);
}

/** Builds the reply that refuses an access key that does not exist. */
export function unknownKeyReply(service: AwsService): AwsReply {
  if (service.service !== 's3') return signatureReply(service, { kind: 'wrong_token' });
  const message = 'The AWS access key ID you provided does not exist in our records.';
  return service.errorReply(403, 'InvalidAccessKeyId', message);
}

const REFUSALS: Record<string, (fault: SignatureFault) => Refusal> = {
  s3: refuseS3,
  cloudformation: refuseXml,
  sts: refuseXml,
};

function refuseS3(fault: SignatureFault): Refusal {
  const deny = (message: string) => ({ status: 403, code: 'AccessDenied', message });
  switch (fault.kind) {
    case 'incomplete':
      return {
        status: 400,
        code: fault.is_presigned
          ? 'AuthorizationQueryParametersError'
          : 'AuthorizationHeaderMalformed',
        message: INCOMPLETE,
      };
    case 'wrong_token':
      return {
        status: 400,
        code: 'InvalidToken',
        message: 'The provided token is malformed or otherwise not valid.',
      };
    case 'expired_token':
      return { status: 400, code: 'ExpiredToken', message: 'The provided token has expired.' };
    case 'expired_url':
      return deny('Request has expired');
    case 'skewed':
      return {
        status: 403,
        code: 'RequestTimeTooSkewed',
        message: 'The difference between the request time and the current time is too large.',
      };
    case 'unsigned_headers':
      return deny(
        `There were headers present in the request which were not signed: ${fault.names.join(', ')}`,
      );
    case 'mismatch':
      return { status: 403, code: 'SignatureDoesNotMatch', message: MISMATCH };
  }
}

function refuseXml(fault: SignatureFault): Refusal {
  const { code, message } = refuseJson(fault);
  const codes: Record<string, string> = {
    IncompleteSignatureException: 'IncompleteSignature',
    UnrecognizedClientException: 'InvalidClientTokenId',
    InvalidSignatureException: 'SignatureDoesNotMatch',
    ExpiredTokenException: 'ExpiredToken',
  };
  return { status: 403, code: codes[code] ?? code, message };
}

function refuseJson(fault: SignatureFault): Refusal {
  const invalid = (message: string) => ({
    status: 400,
    code: 'InvalidSignatureException',
    message,
  });
  switch (fault.kind) {
    case 'incomplete':
      return { status: 400, code: 'IncompleteSignatureException', message: INCOMPLETE };
    case 'wrong_token':
      return {
        status: 400,
        code: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      };
    case 'expired_token':
      return {
        status: 400,
        code: 'ExpiredTokenException',
        message: 'The security token included in the request is expired',
      };
    case 'expired_url':
      return invalid('Signature expired.');
    case 'skewed':
      return invalid(describeSkew(fault));
    default:
      return invalid(MISMATCH);
  }
}

function describeSkew({ signed_at, now }: { signed_at: string; now: number }): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return signed_at < time
    ? `Signature expired: ${signed_at} is earlier than 5 minutes before ${time}.`
    : `Signature not yet current: ${signed_at} is later than 5 minutes after ${time}.`;
}
