package figures_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cloudpact.dev/services/figures"
)

func TestInputError(t *testing.T) {
	err := figures.Refuse("BAD_RATIO", strings.Repeat("9", 1000), "write less")
	if got := err.Error(); !strings.HasPrefix(got, `BAD_RATIO: "999`) || !strings.HasSuffix(got, `...": write less`) || len(got) > 120 {
		t.Errorf("%s", got)
	}
}

// TestPure keeps the module pure: no package of it may reach a file, the network,
// the process, chance or floating point, or anything outside the standard library.
func TestPure(t *testing.T) {
	banned := []string{"os", "io/fs", "net", "net/http", "context", "math/rand", "math/rand/v2", "database/sql", "log", "log/slog", "syscall", "unsafe"}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range []string{"float64", "float32", "big.Float", "time.Now", "time.Since", "rand."} {
			if strings.Contains(string(src), word) {
				t.Errorf("%s uses %s", path, word)
			}
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			outside := strings.Contains(strings.Split(name, "/")[0], ".") && !strings.HasPrefix(name, "cloudpact.dev/services/figures")
			if outside || slices.Contains(banned, name) {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
