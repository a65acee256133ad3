// Package docs serves the OpenAPI document and a page that shows it. Everything
// is embedded: the page works without the internet.
package docs

import (
	"embed"
	"io/fs"
	"net/http"

	"cloudpact.dev/gen/openapi"
)

// The page's script and style are swagger-ui 5.35.0, with its licence.
//
//go:embed assets
var assets embed.FS

// policy lets the page load from here alone.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"

// Handler serves /docs/ and /openapi.json.
func Handler() http.Handler {
	mux := http.NewServeMux()
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) //nolint:forbidigo // the folder is embedded above
	}
	mux.Handle("GET /docs/", http.StripPrefix("/docs/", pages(http.FileServerFS(files))))
	mux.Handle("GET /docs", http.RedirectHandler("/docs/", http.StatusMovedPermanently))
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openapi.Document)
	})
	return mux
}

func pages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
