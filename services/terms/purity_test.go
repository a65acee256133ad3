package terms_test

import (
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestThePoliciesArePure keeps the root package free of everything but the
// standard library and figures, so that any core may import it.
func TestThePoliciesArePure(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() || !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			first, _, _ := strings.Cut(path, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(path, "cloudpact.dev/services/figures/") {
				t.Errorf("%s imports %s", f.Name(), path)
			}
			if path == "context" || path == "os" || strings.HasPrefix(path, "net") {
				t.Errorf("%s imports %s", f.Name(), path)
			}
		}
	}
}
