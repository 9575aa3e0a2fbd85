import { CONTROL_PREFIX } from './control-prefix.ts';
import { plainJson } from './http.ts';
import {
  type GatewayRequest,
  type Signature,
  signatureOf,
  signatureOfForm,
  targetService,
} from './signature.ts';
import { signatureReply, unknownKeyReply } from './signature-reply.ts';
import type { AwsCall, AwsReply, AwsService, Identity } from './types.ts';
import { isUploadForm, readUploadForm } from './upload-form.ts';
import { findFormFault, findSignatureFault } from './verify-signature.ts';

export interface IdentifyOptions {
  services: Map<string, AwsService>;
  /** Finds the owner of an access key. Returns undefined if the key does not exist. */
  findIdentity(access_key_id: string): Identity | undefined;
  now: () => number;
}

/**
 * Finds the service, the caller and the action of a signed request, and verifies the signature.
 * @returns the call, or the reply that refuses the request.
 */
export async function identifyCall(
  request: GatewayRequest,
  options: IdentifyOptions,
): Promise<AwsCall | AwsReply> {
  const signature = signatureOf(request);
  if (signature !== undefined) return identifySigned(request, signature, options);
  return isUploadForm(request) ? identifyForm(request, options) : unsignedReply(request);
}

async function identifySigned(
  request: GatewayRequest,
  signature: Signature,
  { services, findIdentity, now }: IdentifyOptions,
): Promise<AwsCall | AwsReply> {
  const service = services.get(signature.service) ?? services.get(targetService(request) ?? '');
  if (service === undefined) return unknownServiceReply(signature.service, services);
  const identity = findIdentity(signature.access_key_id);
  if (identity === undefined) return unknownKeyReply(service);
  const fault = await findSignatureFault(request, signature, identity, now());
  if (fault !== undefined) return signatureReply(service, fault);
  const addressed = { ...request, service: service.service };
  return { ...addressed, caller: identity.caller, action: service.actionOf(addressed) };
}

/** Identifies the call of a form that uploads a file to S3. The form contains the signature. */
async function identifyForm(
  request: GatewayRequest,
  { services, findIdentity, now }: IdentifyOptions,
): Promise<AwsCall | AwsReply> {
  const service = services.get('s3');
  if (service === undefined) return unknownServiceReply('s3', services);
  const form = await readUploadForm(request);
  if (form === undefined) {
    const message = 'The body of your POST request is not well-formed multipart/form-data.';
    return service.errorReply(400, 'MalformedPOSTRequest', message);
  }
  const signature = signatureOfForm(form);
  if (signature === undefined) return service.errorReply(403, 'AccessDenied', 'Access Denied');
  const identity = findIdentity(signature.access_key_id);
  if (identity === undefined) return unknownKeyReply(service);
  const fault = await findFormFault(form, signature, identity, now());
  if (fault !== undefined) return signatureReply(service, fault);
  const addressed = { ...request, service: service.service, form };
  return { ...addressed, caller: identity.caller, action: service.actionOf(addressed) };
}

function unsignedReply({ headers }: GatewayRequest): AwsReply {
  const endpoint = `http://${headers.host ?? '127.0.0.1'}`;
  return plainJson(403, {
    __type: 'MissingAuthenticationTokenException',
    message:
      'This request is not signed, and the embedded cloud takes signed AWS calls. Export ' +
      `AWS_ENDPOINT_URL=${endpoint} and AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as ` +
      'cloud.json in the data folder has them. ' +
      `Only ${CONTROL_PREFIX}… and the REST API's routes take unsigned requests.`,
  });
}

function unknownServiceReply(name: string, services: Map<string, AwsService>): AwsReply {
  const known = [...services.keys()].join(', ');
  return plainJson(501, {
    __type: 'UnknownServiceException',
    message: `The service ${name} is not emulated. Emulated services: ${known}.`,
  });
}
