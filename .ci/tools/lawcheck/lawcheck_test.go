package lawcheck

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// shells are the folders of internal/ that are no cores.
var shells = []string{"app", "transport", "store", "peers"}

// goList runs `go list` in a module, in the workspace.
func goList(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(out))
}

// pure fails where packages depend, over any number of steps, on something else than
// the standard library, figures and these packages.
func pure(t *testing.T, dir string, patterns, allowed []string) {
	t.Helper()
	if len(patterns) == 0 {
		return
	}
	deps := goList(t, dir, append([]string{"-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"}, patterns...)...)
	for _, dep := range deps {
		if !strings.HasPrefix(dep+"/", "cloudpact.dev/services/figures/") && !slices.Contains(allowed, dep) {
			t.Errorf("%s: pure code depends on %s", strings.Join(patterns, " "), dep)
		}
	}
}

func TestFiguresAndPoliciesArePure(t *testing.T) {
	pure(t, root+"/services/figures", []string{"./..."}, nil)
	pure(t, root+"/services/terms", []string{"."}, []string{"cloudpact.dev/services/terms"})
}

func TestCoresArePure(t *testing.T) {
	for _, service := range []string{"billing", "sla", "compliance", "token"} {
		dir := root + "/services/" + service
		own := "cloudpact.dev/services/" + service + "/internal"
		var cores []string
		for _, pkg := range goList(t, dir, "./...") {
			core, found := strings.CutPrefix(pkg, own+"/")
			top, _, _ := strings.Cut(core, "/")
			if found && !slices.Contains(shells, top) && !strings.HasSuffix(core, "test") {
				cores = append(cores, pkg)
			}
		}
		pure(t, dir, cores, append([]string{"cloudpact.dev/services/terms"}, cores...))
	}
}

func TestModulesRequireWhatTheyMay(t *testing.T) {
	may := map[string][]string{
		"figures":    {},
		"terms":      {"figures", "gen"},
		"kit":        {"figures", "gen"},
		"scenario":   {"figures", "gen", "kit", "terms"},
		"billing":    {"figures", "gen", "kit", "scenario", "terms"},
		"sla":        {"figures", "gen", "kit", "scenario", "terms"},
		"compliance": {"figures", "gen", "kit", "scenario", "terms"},
		"token":      {"figures", "gen", "kit", "scenario", "terms"},
		"gateway":    {"gen", "kit", "scenario"},
	}
	for service, allowed := range may {
		for _, require := range requires(t, filepath.Join(root, "services", service)) {
			if name, own := strings.CutPrefix(require, "cloudpact.dev/"); own && !slices.Contains(allowed, strings.TrimPrefix(name, "services/")) {
				t.Errorf("services/%s/go.mod requires %s", service, require)
			}
		}
	}
}

// requires lists the modules that a go.mod requires directly.
func requires(t *testing.T, dir string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	return direct
}
