package replay

import (
	"context"
	"fmt"
	"strings"

	"cloudpact.dev/services/scenario"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// most is the largest page.
const most = 1000

// asker asks until something fails; then it keeps the error and asks no more.
type asker struct {
	ctx    context.Context
	caller scenario.Caller
	token  string
	err    error
}

// ask calls one method of a package of the suite; the zero message after a
// failure.
func ask[M proto.Message](q *asker, method string, req proto.Message) M {
	var zero M
	if q.err != nil {
		return zero
	}
	service, name, _ := strings.Cut("cloudpact."+method, "/")
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service + "." + name))
	if err == nil {
		var answer scenario.Answer
		if answer, err = q.caller.Call(q.ctx, scenario.Call{Method: d.(protoreflect.MethodDescriptor), Request: req, Token: q.token}); err == nil {
			return answer.Message.(M)
		}
	}
	q.err = fmt.Errorf("%s: %w", method, err)
	return zero
}

// pages asks for all pages of a list.
func pages[R interface {
	proto.Message
	GetNextPageToken() string
}, M any](q *asker, method string, request func(token string) proto.Message, items func(R) []M) []M {
	var out []M
	for token := ""; ; {
		page := ask[R](q, method, request(token))
		if q.err != nil {
			return out
		}
		out = append(out, items(page)...)
		if token = page.GetNextPageToken(); token == "" {
			return out
		}
	}
}
