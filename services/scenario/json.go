package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"cloudpact.dev/services/kit/rpc"
	"google.golang.org/genproto/googleapis/api/annotations"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// JSON calls through the gateway. It reads each method's google.api.http option,
// so no address is written by hand.
type JSON struct {
	// Base is the gateway's address, "http://127.0.0.1:8080".
	Base string
	// Client sends the requests; http.DefaultClient where nil.
	Client *http.Client
}

// Call sends the request as JSON and reads the answer or the refusal.
func (j JSON) Call(ctx context.Context, c Call) (Answer, error) {
	hr, err := j.request(ctx, c.Method, c.Request)
	if err != nil {
		return Answer{}, err
	}
	if c.Token != "" {
		hr.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for _, p := range c.After {
		hr.Header.Add(rpc.HeaderWaitFor, p.String())
	}
	client := j.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(hr)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, err
	}
	if resp.StatusCode != http.StatusOK {
		st := &rpcstatus.Status{}
		if err := protojson.Unmarshal(body, st); err != nil {
			return Answer{}, fmt.Errorf("%s %s: %s: %s", hr.Method, hr.URL, resp.Status, body)
		}
		return Answer{}, status.FromProto(st).Err()
	}
	answer, err := newMessage(c.Method.Output())
	if err != nil {
		return Answer{}, err
	}
	if err := protojson.Unmarshal(body, answer); err != nil {
		return Answer{}, err
	}
	return Answer{Message: answer, Positions: rpc.Positions(metadata.MD{rpc.HeaderPosition: resp.Header.Values(rpc.HeaderPosition)})}, nil
}

var pathField = regexp.MustCompile(`\{([a-z_.0-9]+)(?:=([^}]*))?\}`)

func (j JSON) request(ctx context.Context, m protoreflect.MethodDescriptor, req proto.Message) (*http.Request, error) {
	tree, err := jsonTree(req)
	if err != nil {
		return nil, err
	}
	rule, err := binding(m, tree)
	if err != nil {
		return nil, err
	}
	verb, pattern := route(rule)
	path := pathField.ReplaceAllStringFunc(pattern, func(f string) string {
		return escapePath(take(tree, strings.Split(pathField.FindStringSubmatch(f)[1], ".")))
	})
	var payload any
	switch body := rule.GetBody(); body {
	case "":
	case "*":
		payload, tree = tree, map[string]any{}
	default:
		payload = tree[jsonName(m.Input(), body)]
		delete(tree, jsonName(m.Input(), body))
	}
	query := url.Values{}
	flatten(query, "", tree)
	target := j.Base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return newRequest(ctx, verb, target, payload)
}

// operationRules are the gateway's routes of google.longrunning, which has none
// for waiting and none for the operations of one service.
var operationRules = map[protoreflect.FullName]*annotations.HttpRule{
	"google.longrunning.Operations.WaitOperation":  {Pattern: &annotations.HttpRule_Post{Post: "/v1/{name=operations/**}:wait"}, Body: "*"},
	"google.longrunning.Operations.ListOperations": {Pattern: &annotations.HttpRule_Get{Get: "/v1/{name=operations/*}"}},
}

// noRoute says that no route of a method holds the name in the request: in JSON
// such a name is another path, and cannot be sent as this one.
type noRoute struct{ method protoreflect.FullName }

func (e *noRoute) Error() string { return string(e.method) + " has no route for that name" }

// binding is the route of a method that fits the names in the request.
func binding(m protoreflect.MethodDescriptor, tree map[string]any) (*annotations.HttpRule, error) {
	if rule, ok := operationRules[m.FullName()]; ok {
		return rule, nil
	}
	rule, ok := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	if !ok || rule == nil {
		return nil, fmt.Errorf("%s has no google.api.http option", m.FullName())
	}
	for _, r := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		_, pattern := route(r)
		if fits(pattern, tree) {
			return r, nil
		}
	}
	return nil, &noRoute{m.FullName()}
}

func fits(pattern string, tree map[string]any) bool {
	for _, f := range pathField.FindAllStringSubmatch(pattern, -1) {
		if f[2] == "" || strings.Contains(f[2], "**") {
			continue
		}
		value := lookup(tree, strings.Split(f[1], "."))
		want, got := strings.Split(f[2], "/"), strings.Split(value, "/")
		if len(want) != len(got) {
			return false
		}
		for i, w := range want {
			if got[i] == "" || strings.Contains(got[i], ":") || w != "*" && w != got[i] {
				return false
			}
		}
	}
	return true
}

func lookup(tree map[string]any, path []string) string {
	v := tree[lowerCamel(path[0])]
	if inner, ok := v.(map[string]any); ok && len(path) > 1 {
		return lookup(inner, path[1:])
	}
	text, _ := v.(string)
	return text
}

func newRequest(ctx context.Context, verb, target string, payload any) (*http.Request, error) {
	if payload == nil {
		return http.NewRequestWithContext(ctx, verb, target, http.NoBody)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, err
	}
	hr, err := http.NewRequestWithContext(ctx, verb, target, bytes.NewReader(raw))
	if err == nil {
		hr.Header.Set("Content-Type", "application/json")
	}
	return hr, err
}

func route(rule *annotations.HttpRule) (verb, pattern string) {
	switch p := rule.GetPattern().(type) {
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

func jsonTree(req proto.Message) (map[string]any, error) {
	raw, err := protojson.Marshal(req)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	tree := map[string]any{}
	return tree, dec.Decode(&tree)
}

// take reads the value under a path of proto names and removes a top-level one
// from the tree, since a field that stands in the path stands nowhere else.
func take(tree map[string]any, path []string) string {
	key := lowerCamel(path[0])
	if len(path) == 1 {
		v := tree[key]
		delete(tree, key)
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	}
	inner, ok := tree[key].(map[string]any)
	if !ok {
		return ""
	}
	return take(inner, path[1:])
}

func escapePath(v string) string {
	parts := strings.Split(v, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

func flatten(q url.Values, prefix string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			flatten(q, join(prefix, k), x)
		}
	case []any:
		for _, x := range v {
			flatten(q, prefix, x)
		}
	default:
		q.Add(prefix, fmt.Sprint(v))
	}
}

func jsonName(d protoreflect.MessageDescriptor, field string) string {
	if fd := d.Fields().ByName(protoreflect.Name(field)); fd != nil {
		return fd.JSONName()
	}
	return field
}

func lowerCamel(s string) string {
	parts := strings.Split(s, "_")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}
