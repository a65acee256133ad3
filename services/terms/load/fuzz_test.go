package load_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/cpc"
	"cloudpact.dev/services/terms/load"
)

// FuzzDir: whatever is in a file, it is read or refused with a place, and what was
// read can be hashed, checked and resolved.
func FuzzDir(f *testing.F) {
	f.Add([]byte(head + clauses))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("interest:\n  <<: {rate: 1}\n---\n"))
	f.Add([]byte("? {a: b}\n: - c\n"))
	f.Add([]byte("clauses: [{id: acme/1, parent: acme/1}]\n"))
	for _, name := range []string{"tokens.yaml", "arrears.yaml", "readings/commencement.yaml"} {
		data, err := fs.ReadFile(cpc.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data[:min(len(data), 2000)])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir, err := load.Dir(fstest.MapFS{"f.yaml": &fstest.MapFile{Data: data}})
		if err != nil {
			ps, ok := err.(load.Problems)
			if !ok || len(ps) == 0 || ps[0].File == "" || ps[0].Message == "" {
				t.Fatalf("refused without a place: %v", err)
			}
			return
		}
		if again, err := terms.Hash(dir.Terms); err != nil || again != dir.Hash {
			t.Fatalf("the hash is not stable: %v", err)
		}
		dir.Lint()
		for _, r := range dir.Terms.Readings {
			// A choice is refused or not; it never panics.
			_, _ = terms.Resolve(dir.Terms, map[string]string{r.Name: r.Maximum})
		}
	})
}
