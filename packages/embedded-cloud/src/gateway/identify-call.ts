import { CONTROL_PREFIX } from './control-prefix.ts';
import { plainJson } from './http.ts';
import { type GatewayRequest, signatureOf, targetService } from './signature.ts';
import type { AwsCall, AwsReply, AwsService, Caller } from './types.ts';

/**
 * Finds the service, the caller and the action of a signed request.
 * @returns the call, or the reply that refuses the request.
 */
export function identifyCall(
  request: GatewayRequest,
  services: Map<string, AwsService>,
  resolveCaller: (access_key_id: string) => Caller | undefined,
): AwsCall | AwsReply {
  const signature = signatureOf(request);
  if (signature === undefined) return unsignedReply(request);
  const service = services.get(signature.service) ?? services.get(targetService(request) ?? '');
  if (service === undefined) return unknownServiceReply(signature.service, services);
  const caller = resolveCaller(signature.access_key_id);
  if (caller === undefined) return unknownKeyReply(service);
  const addressed = { ...request, service: service.service };
  return { ...addressed, caller, action: service.actionOf(addressed) };
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

function unknownKeyReply(service: AwsService): AwsReply {
  return service.service === 's3'
    ? service.errorReply(
        403,
        'InvalidAccessKeyId',
        'The AWS access key ID you provided does not exist in our records.',
      )
    : service.errorReply(
        400,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
}
