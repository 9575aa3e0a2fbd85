/**
 * Returns whether an API treats content of a media type as binary. An entry of the API's binary
 * media types may have wildcards, such as `image/*`.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
 */
export function isBinaryType(binary_media_types: string[], media_type: string): boolean {
  const [type, subtype] = media_type.split('/');
  return binary_media_types.some((entry) => {
    const [wanted_type, wanted_subtype] = entry.toLowerCase().split('/');
    if (wanted_type === '*' && wanted_subtype === '*') return true;
    return wanted_type === type && (wanted_subtype === '*' || wanted_subtype === subtype);
  });
}

/** Returns the first media type of a header, in lower case and without parameters. */
export function firstMediaType(header = ''): string {
  return header.split(/[,;]/)[0]?.trim().toLowerCase() ?? '';
}
