package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cloudpact.dev/services/kit/config"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/ops"
	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/rpc"
)

type inner struct {
	Addr  string        `koanf:"addr" doc:"where | to listen"`
	Limit int           `koanf:"max_size" doc:"how much"`
	Every time.Duration `koanf:"every" doc:"how often"`
	On    bool          `koanf:"on" doc:"whether"`
}

func (i inner) Check() error {
	if i.Limit < 0 {
		return errors.New("max_size: must not be negative")
	}
	return nil
}

type sample struct {
	Data   string            `koanf:"data" doc:"the folder"`
	Key    string            `koanf:"key" doc:"a password" secret:"true"`
	Inner  inner             `koanf:"inner"`
	Names  []string          `koanf:"names" doc:"who"`
	Peers  map[string]string `koanf:"peers" doc:"where the peers are"`
	Unused string
}

var defaults = sample{
	Data: ".cloudpact", Inner: inner{Addr: "127.0.0.1:1", Limit: 5, Every: time.Second, On: true},
	Names: []string{"a", "b"}, Peers: map[string]string{"x": "1"},
}

func write(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	with := func(f func(*sample)) sample {
		s := defaults
		f(&s)
		return s
	}
	for name, c := range map[string]struct {
		file string
		env  []string
		want sample
	}{
		"defaults":      {"", nil, defaults},
		"empty file":    {"# nothing\n", nil, defaults},
		"file":          {"data: d\ninner: {max_size: 7, every: 3m}\n", nil, with(func(s *sample) { s.Data, s.Inner.Limit, s.Inner.Every = "d", 7, 3*time.Minute })},
		"environment":   {"", []string{"CLOUDPACT_INNER_MAX_SIZE=9", "CLOUDPACT_INNER_ON=false", "PATH=/", "CLOUDPACT_TEST=full"}, with(func(s *sample) { s.Inner.Limit, s.Inner.On = 9, false })},
		"env over file": {"inner: {max_size: 7, addr: x}", []string{"CLOUDPACT_INNER_MAX_SIZE=9"}, with(func(s *sample) { s.Inner.Limit, s.Inner.Addr = 9, "x" })},
		"lists":         {"names: [c]\n", nil, with(func(s *sample) { s.Names = []string{"c"} })},
		"env lists":     {"", []string{"CLOUDPACT_NAMES=c, d", "CLOUDPACT_INNER_EVERY=2s"}, with(func(s *sample) { s.Names, s.Inner.Every = []string{"c", "d"}, 2*time.Second })},
		"maps":          {"peers: {y: '2'}\n", nil, with(func(s *sample) { s.Peers = map[string]string{"x": "1", "y": "2"} })},
		"env maps":      {"", []string{"CLOUDPACT_PEERS=y=2,z=http://a=b"}, with(func(s *sample) { s.Peers = map[string]string{"x": "1", "y": "2", "z": "http://a=b"} })},
	} {
		src := config.Source{Environ: append([]string{}, c.env...)}
		if c.file != "" {
			src.File = write(t, c.file)
		}
		got, err := config.Load(defaults, src)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if len(defaults.Peers) != 1 {
		t.Error("loading changed the defaults")
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		env  []string
		want string
	}{
		"unknown key":      {"data: d\ninner:\n  max_sizes: 1\n", nil, "c.yaml:3: unknown key inner.max_sizes; did you mean inner.max_size?"},
		"far key":          {"completely_else: 1\n", nil, "unknown key completely_else"},
		"no struct":        {"inner: 5\n", nil, "c.yaml:1: inner needs keys below it"},
		"no keys":          {"- a\n", nil, "the file needs keys"},
		"bad yaml":         {"data: [\n", nil, "yaml"},
		"wrong type":       {"inner: {max_size: many}\n", nil, "max_size"},
		"unknown variable": {"", []string{"CLOUDPACT_INNER_MAXSIZE=1"}, "did you mean CLOUDPACT_INNER_MAX_SIZE?"},
		"bad duration":     {"", []string{"CLOUDPACT_INNER_EVERY=soon"}, "CLOUDPACT_INNER_EVERY is to be a duration"},
		"bad number":       {"", []string{"CLOUDPACT_INNER_MAX_SIZE=x"}, "is to be a number"},
		"bad map":          {"", []string{"CLOUDPACT_PEERS=x"}, "not key=value"},
		"check":            {"inner: {max_size: -1}\n", nil, "inner: max_size: must not be negative"},
	} {
		src := config.Source{Environ: append([]string{}, c.env...)}
		if c.file != "" {
			src.File = write(t, c.file)
		}
		if _, err := config.Load(defaults, src); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := config.Load(defaults, config.Source{File: "no-such-file.yaml"}); err == nil {
		t.Error("a file that is not there was read")
	}
	type bad struct {
		F func() `koanf:"f"`
	}
	if _, err := config.Load(bad{}, config.Source{}); err == nil {
		t.Error("a function was configured")
	}
	type twins struct {
		A string `koanf:"a_b"`
		B struct {
			B string `koanf:"b"`
		} `koanf:"a"`
	}
	if _, err := config.Load(twins{}, config.Source{}); err == nil || !strings.Contains(err.Error(), "same environment variable") {
		t.Error(err)
	}
}

func TestReference(t *testing.T) {
	secret := defaults
	secret.Key = "hunter2"
	entries, err := config.Describe(secret)
	if err != nil {
		t.Fatal(err)
	}
	var md, text strings.Builder
	if err := config.Markdown(&md, entries); err != nil {
		t.Fatal(err)
	}
	if err := config.Text(&text, entries); err != nil {
		t.Fatal(err)
	}
	want := "| key | environment | type | default | meaning |\n|---|---|---|---|---|\n" +
		"| `data` | `CLOUDPACT_DATA` | text | `.cloudpact` | the folder |\n" +
		"| `key` | `CLOUDPACT_KEY` | text | `(secret)` | a password |\n" +
		"| `inner.addr` | `CLOUDPACT_INNER_ADDR` | text | `127.0.0.1:1` | where \\| to listen |\n" +
		"| `inner.max_size` | `CLOUDPACT_INNER_MAX_SIZE` | number | `5` | how much |\n" +
		"| `inner.every` | `CLOUDPACT_INNER_EVERY` | duration | `1s` | how often |\n" +
		"| `inner.on` | `CLOUDPACT_INNER_ON` | true or false | `true` | whether |\n" +
		"| `names` | `CLOUDPACT_NAMES` | list | `a,b` | who |\n" +
		"| `peers` | `CLOUDPACT_PEERS` | map | `x=1` | where the peers are |\n"
	if diff := cmp.Diff(want, md.String()); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(text.String(), "hunter2") || !strings.Contains(text.String(), "CLOUDPACT_INNER_MAX_SIZE") {
		t.Error(text.String())
	}
}

// A struct may take another's keys in as its own.
func TestSquash(t *testing.T) {
	type outer struct {
		Part  inner `koanf:",squash"`
		Below struct {
			Part inner `koanf:",squash"`
		} `koanf:"below"`
		Own string `koanf:"own" doc:"x"`
	}
	got, err := config.Load(outer{}, config.Source{File: write(t, "addr: a\nown: o\nbelow: {addr: b}\n"), Environ: []string{"CLOUDPACT_MAX_SIZE=3"}})
	if err != nil || got.Part.Addr != "a" || got.Below.Part.Addr != "b" || got.Own != "o" || got.Part.Limit != 3 {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := config.Load(outer{}, config.Source{Environ: []string{"CLOUDPACT_BELOW_MAX_SIZE=-3"}}); err == nil || !strings.Contains(err.Error(), "below: max_size") {
		t.Error(err)
	}
}

func TestSecrets(t *testing.T) {
	type dsn struct {
		D string `koanf:"d" doc:"x" secret:"url"`
	}
	for value, want := range map[string]string{
		"":                            "",
		".cloudpact/billing.db":       ".cloudpact/billing.db",
		"postgres://u:pw@h/db":        "postgres://u:xxxxx@h/db",
		"host=h user=u password=pw":   "(secret)",
		"postgres://h/db?password=pw": "(secret)",
	} {
		got, err := config.Describe(dsn{value})
		if err != nil || got[0].Value != want {
			t.Errorf("%q shows as %q, %v", value, got[0].Value, err)
		}
	}
}

// Every key of kit's own configurations is explained.
func TestKitIsDocumented(t *testing.T) {
	all := struct {
		Host  host.Config   `koanf:"host"`
		RPC   rpc.Config    `koanf:"rpc"`
		Ops   ops.Config    `koanf:"ops"`
		Redis redisx.Config `koanf:"redis"`
	}{RPC: rpc.DefaultConfig(), Ops: ops.DefaultConfig()}
	entries, err := config.Describe(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Doc == "" {
			t.Errorf("%s has no doc", e.Key)
		}
	}
	if _, err := config.Load(all, config.Source{Environ: []string{"CLOUDPACT_RPC_LISTEN_ADDR=0.0.0.0:1"}}); err == nil || !strings.Contains(err.Error(), "rpc.listen: refusing") {
		t.Errorf("an open address: %v", err)
	}
}
