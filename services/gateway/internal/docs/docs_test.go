package docs

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

func TestPageLoadsFromHereAlone(t *testing.T) {
	page := get(t, "/docs/")
	if page.Code != 200 || !strings.Contains(page.Header().Get("Content-Security-Policy"), "default-src 'self'") {
		t.Fatalf("page: %d %v", page.Code, page.Header())
	}
	refs := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1)
	if len(refs) != 3 {
		t.Fatalf("the page loads %v", refs)
	}
	for _, ref := range refs {
		if strings.Contains(ref[1], "//") {
			t.Errorf("%s is elsewhere", ref[1])
		}
		if w := get(t, "/docs/"+ref[1]); w.Code != 200 || w.Body.Len() == 0 {
			t.Errorf("%s: %d", ref[1], w.Code)
		}
	}
}

func TestDocumentIsTheWholeAPI(t *testing.T) {
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(get(t, "/openapi.json").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.") || len(doc.Paths) < 100 {
		t.Errorf("version %s, %d paths", doc.OpenAPI, len(doc.Paths))
	}
}
