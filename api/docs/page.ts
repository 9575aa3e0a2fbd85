import type { Route } from '../routes/route.ts';

/**
 * HTML of the page on which Swagger UI shows the OpenAPI document. The page's URLs are relative,
 * because the path of the page begins with the name of the stage, as in `/v1/docs`.
 */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AuraStream API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/page.js"></script>
</body>
</html>
`;

export const PAGE_SCRIPT = `window.ui = SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  // The validator's badge would come from another host.
  validatorUrl: 'none',
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** Writes the page for an API that has no files of Swagger UI. The page is a list of the routes. */
export function renderPlainPage(routes: Route[]): string {
  const rows = routes.map(
    ({ method, path, summary }) => `<dt><code>${method} ${path}</code></dt><dd>${summary}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>AuraStream API</title></head>
<body>
<h1>AuraStream API</h1>
<p>All details are in <a href="openapi.json">openapi.json</a>.</p>
<dl>
${rows.join('\n')}
</dl>
</body>
</html>
`;
}
