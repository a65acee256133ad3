package load_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"cloudpact.dev/services/terms/load"
)

const head = "id: acme\nrevision: 2024-01\ntitle: Terms of Acme\ntime_zone: {value: UTC}\n"

const clauses = `clauses:
  - {id: acme/1, number: "1", owner: billing, half: ledger, executable: true, title: Interest}
`

func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return fsys
}

func TestDirPutsFilesTogether(t *testing.T) {
	one, err := load.Dir(folder(map[string]string{
		"terms.yaml":  head + "interest:\n  clause: acme/1\n  rate: 0.0150\n  per: MONTH\n",
		"b/more.yaml": "clauses:\n  - {id: acme/2, number: 2, owner: record, title: Law}\n",
		"a/some.yaml": clauses,
		"README.md":   "# no terms",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := one.Terms.Interest.Rate; got != "0.0150" {
		t.Errorf("rate %q: a number must keep its digits", got)
	}
	if len(one.Terms.Clauses) != 2 || one.Terms.Clauses[0].ID != "acme/1" || one.Terms.Clauses[1].Number != "2" {
		t.Errorf("clauses %+v", one.Terms.Clauses)
	}
	two, err := load.Dir(folder(map[string]string{
		"all.yaml": head + "clauses:\n  - {id: acme/2, number: '2', owner: record, title: Law}\n" + clauses[9:] +
			"interest: {per: MONTH, rate: '0.0150', clause: acme/1}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if one.Hash != two.Hash {
		t.Error("two folders that say the same must have one hash")
	}
}

func TestDirRefuses(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, c := range []struct {
		name, data, want string
	}{
		{"empty", "", "f.yaml:1:1: the file is empty"},
		{"comment only", "# nothing\n", "f.yaml:1:1: the file is empty"},
		{"scalar", "terms\n", "f.yaml:1:1: the file must be a mapping"},
		{"list", "- id\n", "f.yaml:1:1: the file must be a mapping"},
		{"not YAML", "id: [acme\n", "f.yaml:1"},
		{"control character", "id: \"a\x01\"\n", "control characters are not allowed"},
		{"two documents", head + "---\nid: b\n", "f.yaml:5:1: a file holds one document"},
		{"broken second document", head + "---\n\tid: [\n", "f.yaml:6:1"},
		{"unknown key", head + "gain: {}\n", "f.yaml:5:1: the key gain is not known here; known are id, revision"},
		{"unknown inner key", head + "interest:\n  rates: 1\n", "f.yaml:6:3: the key rates is not known here; known are clause, rate"},
		{"key twice", head + "title: Again\n", "f.yaml:5:1: the key title is there twice"},
		{"inner key twice", head + "interest: {rate: 1, rate: 2}\n", "f.yaml:5:21: the key rate is there twice"},
		{"key no word", head + "1: x\n", "f.yaml:5:1: a key must be a word"},
		{"key a list", head + "? [a]\n: x\n", "a key must be a word"},
		{"anchor", head + "interest: &a {rate: 1}\n", "f.yaml:5:11: anchors and aliases"},
		{"alias", head + "interest: *a\n", "unknown anchor"},
		{"alias of an anchor", "id: &a acme\ntitle: *a\n", "f.yaml:1:5: anchors and aliases"},
		{"merge", head + "interest:\n  <<: {rate: 1}\n", "f.yaml:6:3: merge keys"},
		{"tag", head + "interest: {rate: !!str 1}\n", "f.yaml:5:18: tags such as !!str"},
		{"own tag", head + "interest: {rate: !rate 1}\n", "f.yaml:5:18: tags such as !rate"},
		{"binary", head + "interest: {rate: !!binary aGk=}\n", "tags such as"},
		{"null", head + "interest:\n", "f.yaml:5:10: nothing is given here"},
		{"tilde", head + "currency: ~\n", "f.yaml:5:11: nothing is given here"},
		{"empty text", head + "title_zh: ''\n", "f.yaml:5:11: the text is empty"},
		{"depth", head + "kinds: " + deep + "\n", "f.yaml:5:39: more than 32 levels"},
		{"list for a text", head + "title_zh: [a]\n", "f.yaml:5:11: a single value is wanted"},
		{"text for a list", head + "kinds: a\n", "f.yaml:5:8: a list is wanted"},
		{"text for a mapping", head + "interest: a\n", "f.yaml:5:11: a mapping with keys of clause, rate"},
		{"list for a mapping", head + "interest: [a]\n", "f.yaml:5:11: a mapping with keys"},
		{"boolean word", head + "restoration: {conditions: yes}\n", `f.yaml:5:27: true or false is wanted here, not "yes"`},
		{"boolean capitals", head + "restoration: {conditions: True}\n", "true or false is wanted"},
		{"boolean text", head + "restoration: {conditions: \"true\"}\n", "true or false is wanted"},
		{"float", head + "strikes: {threshold: 2.0}\n", `f.yaml:5:22: a whole number is wanted here, not "2.0"`},
		{"octal", head + "strikes: {threshold: 010}\n", "a whole number is wanted"},
		{"hexadecimal", head + "strikes: {threshold: 0x10}\n", "a whole number is wanted"},
		{"underscores", head + "strikes: {threshold: 1_000}\n", "a whole number is wanted"},
		{"too large", head + "strikes: {threshold: 2147483648}\n", "a whole number is wanted"},
		{"number in quotes", head + "strikes: {threshold: \"2\"}\n", "a whole number is wanted"},
		{"huge", head + "title_zh: " + strings.Repeat("x", load.MaxFile) + "\n", "f.yaml: the file is larger than 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load.Dir(folder(map[string]string{"f.yaml": c.data}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, ok := err.(load.Problems); !ok {
				t.Errorf("the error is %T, want Problems", err)
			}
		})
	}
}

func TestDirRefusesAKeyOfTwoFiles(t *testing.T) {
	_, err := load.Dir(folder(map[string]string{"a.yaml": head + clauses, "b.yaml": clauses + "title: Again\n"}))
	if err == nil || err.Error() != "b.yaml:3:1: the key title stands in a.yaml:3:1 already" {
		t.Error(err)
	}
}

func TestDirNamesEveryProblem(t *testing.T) {
	_, err := load.Dir(folder(map[string]string{"a.yaml": "ID: acme\nTitle: x\n", "b.yaml": "Kinds: []\n"}))
	ps, _ := err.(load.Problems)
	if len(ps) != 3 || ps[0].File != "a.yaml" || ps[2].File != "b.yaml" || ps[1].Line != 2 {
		t.Errorf("%v", err)
	}
	many := strings.Builder{}
	for i := range 5000 {
		fmt.Fprintf(&many, "k%d: 1\n", i)
	}
	_, err = load.Dir(folder(map[string]string{"a.yaml": many.String()}))
	if ps, _ := err.(load.Problems); len(ps) != 100 {
		t.Errorf("%d problems: they must be bounded", len(ps))
	}
}

func TestDirBoundsTheFolder(t *testing.T) {
	if _, err := load.Dir(fstest.MapFS{}); err == nil || err.Error() != ".: the folder holds no *.yaml file" {
		t.Error(err)
	}
	files := map[string]string{}
	for i := range load.MaxFiles + 1 {
		files[fmt.Sprintf("%d.yaml", i)] = "kinds: []\n"
	}
	if _, err := load.Dir(folder(files)); err == nil || !strings.Contains(err.Error(), "at most 500 files") {
		t.Error(err)
	}
}

func TestIndexFindsPolicies(t *testing.T) {
	f, err := load.Dir(folder(map[string]string{
		"a.yaml": head + clauses + "readings:\n  - name: basis\n    default: A\n",
		"b.yaml": "interest:\n  rate: 1\n  clause: acme/1\nstrikes:\n  threshold: 2\n  waiver_clause: acme/1\n",
		"c.yaml": "charging:\n  items:\n    - item: USAGE\n      clauses:\n        - acme/1\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, p := range f.Index.Policies("acme/1") {
		got += fmt.Sprintf("%s %s %s\n", p.Position, p.Name, p.Path)
	}
	want := "c.yaml:5:11 charging charging.items[0].clauses[0]\nb.yaml:3:11 interest interest.clause\nb.yaml:6:18 strikes strikes.waiver_clause\n"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if p, ok := f.Index.Clause("acme/1"); !ok || p.String() != "a.yaml:6:5" {
		t.Errorf("clause at %s", p)
	}
	if p, ok := f.Index.Reading("basis"); !ok || p.Line != 8 {
		t.Errorf("reading at %s", p)
	}
	if _, ok := f.Index.Clause("acme/9"); ok || len(f.Index.Policies("acme/9")) > 0 {
		t.Error("a clause that is not there was found")
	}
	if p := f.Index.At("interest.method.reading"); p.String() != "b.yaml:1:1" {
		t.Errorf("a field that is not written is at %s", p)
	}
	if p := f.Index.At("tokens.rules[0]"); p.String() != "" {
		t.Errorf("a policy that is not written is at %s", p)
	}
}

func TestLintNamesPlaces(t *testing.T) {
	fs, err := load.Lint(folder(map[string]string{
		"a.yaml": head + clauses,
		"b.yaml": "interest:\n  clause: acme/7\n  per: YEAR\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`b.yaml:2:11: error: clause "acme/7" is not in the terms`,
		`b.yaml:3:8: error: "YEAR" is none of MONTH, DAY`,
		"a.yaml:6:10: note: executable clause acme/1 is named by no policy",
	}
	if len(fs) != len(want) {
		t.Fatal(fs)
	}
	for i, f := range fs {
		if f.String() != want[i] {
			t.Errorf("%s, want %s", f, want[i])
		}
	}
	fs, err = load.Lint(folder(map[string]string{"a.yaml": "id: [\n"}))
	if err != nil || len(fs) != 1 || fs[0].Severity != "error" || fs[0].File != "a.yaml" {
		t.Errorf("%v %v", fs, err)
	}
}
