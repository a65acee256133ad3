package httpapi

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// route is one served path: what the gateway has to know besides the generated
// code, to answer calls that it refuses itself.
type route struct {
	verb    string
	pattern *regexp.Regexp
	body    bool // the whole body is the request, so that a query means nothing
	stream  bool
}

// routes are all paths under /v1/.
type routes []route

// readRoutes reads the google.api.http options of every service that is linked
// in under cloudpact.
func readRoutes() (routes, error) {
	var out routes
	var failed error
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(f.Package()), "cloudpact.") {
			return true
		}
		for i := range f.Services().Len() {
			ms := f.Services().Get(i).Methods()
			for j := range ms.Len() {
				rs, err := methodRoutes(ms.Get(j))
				if err != nil {
					failed = err
					return false
				}
				out = append(out, rs...)
			}
		}
		return true
	})
	for _, o := range operations {
		re, err := compileTemplate(o.path)
		if err != nil {
			return nil, err
		}
		out = append(out, route{verb: o.verb, pattern: re, body: o.verb == http.MethodPost})
	}
	return out, failed
}

func methodRoutes(m protoreflect.MethodDescriptor) ([]route, error) {
	rule, ok := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	if !ok || rule == nil {
		return nil, nil
	}
	var out []route
	for _, r := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		verb, template := verbOf(r)
		re, err := compileTemplate(template)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.FullName(), err)
		}
		out = append(out, route{verb: verb, pattern: re, body: r.GetBody() == "*", stream: m.IsStreamingServer()})
	}
	return out, nil
}

func verbOf(r *annotations.HttpRule) (verb, template string) {
	switch p := r.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		return http.MethodPost, p.Post
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, p.Patch
	case *annotations.HttpRule_Put:
		return http.MethodPut, p.Put
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, p.Delete
	}
	return "", ""
}

var variable = regexp.MustCompile(`\{[^=}]+(=([^}]*))?\}`)

// compileTemplate turns "/v1/{name=providers/*}:verb" into a pattern.
func compileTemplate(template string) (*regexp.Regexp, error) {
	plain := variable.ReplaceAllStringFunc(template, func(v string) string {
		if inner := variable.FindStringSubmatch(v)[2]; inner != "" {
			return inner
		}
		return "*"
	})
	expr := regexp.QuoteMeta(plain)
	expr = strings.ReplaceAll(expr, `\*\*`, `.+`)
	expr = strings.ReplaceAll(expr, `\*`, `[^/:]+`)
	return regexp.Compile("^" + expr + "$")
}

// verbs lists the verbs under which a path is served.
func (rs routes) verbs(path string) []string {
	var out []string
	for _, r := range rs {
		if r.pattern.MatchString(path) && !slices.Contains(out, r.verb) {
			out = append(out, r.verb)
		}
	}
	slices.Sort(out)
	return out
}

// find gives the route of a request.
func (rs routes) find(verb, path string) (route, bool) {
	for _, r := range rs {
		if r.verb == verb && r.pattern.MatchString(path) {
			return r, true
		}
	}
	return route{}, false
}
