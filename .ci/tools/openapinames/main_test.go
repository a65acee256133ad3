package main

import "testing"

func TestDocument(t *testing.T) {
	in := `{"openapi":"3.1.0","paths":{` +
		`"/v1/lots/{name}":{"get":{"tags":["TokenService"],"operationId":"TokenService_GetLot","parameters":[{"name":"name","in":"path"},{"name":"view","in":"query"}]}},` +
		`"/v1/lots/{lot.name}":{"patch":{"operationId":"TokenService_UpdateLot","parameters":[{"name":"lot.name","in":"path"}]}},` +
		`"/v1/policies/{name}/breaches/{name_1}:end":{"post":{"parameters":[{"name":"name","in":"path"},{"name":"name_1","in":"path"}]}}},` +
		`"tags":[{"name":"TokenService","description":"TokenService stays."}]}`
	want := `{"openapi":"3.1.0","paths":{` +
		`"/v1/lots/{lot}":{"get":{"tags":["cloudpact.token.v1.TokenService"],"operationId":"token_TokenService_GetLot","parameters":[{"name":"lot","in":"path"},{"name":"view","in":"query"}]},` +
		`"patch":{"operationId":"token_TokenService_UpdateLot","parameters":[{"name":"lot","in":"path"}]}},` +
		`"/v1/policies/{policy}/breaches/{breach}:end":{"post":{"parameters":[{"name":"policy","in":"path"},{"name":"breach","in":"path"}]}}},` +
		`"tags":[{"name":"cloudpact.token.v1.TokenService","description":"TokenService stays."}]}`
	got, err := document([]byte(in), "token")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDocumentRefusesParameterThatIsNotInThePath(t *testing.T) {
	in := `{"paths":{"/v1/lots/{name}":{"get":{"parameters":[{"name":"other","in":"path"}]}}}}`
	if got, err := document([]byte(in), "token"); err == nil {
		t.Errorf("got %s, want an error", got)
	}
}
