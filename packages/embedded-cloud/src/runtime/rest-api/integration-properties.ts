/** Properties of the integration of a method in the template. */
export interface IntegrationProperties {
  Type?: string;
  Uri?: string;
  TimeoutInMillis?: number;
  ResponseTransferMode?: string;
  ContentHandling?: string;
  RequestTemplates?: Record<string, string>;
  IntegrationResponses?: {
    StatusCode?: string | number;
    ResponseParameters?: Record<string, string>;
    ResponseTemplates?: Record<string, string>;
  }[];
}
