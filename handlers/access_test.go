package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"parley/handlers"
)

// The golden table: what each kind of person gets from each route. A route
// without a row fails the test, and so does a row without a route. Messages 1 to 5
// are Ben's, the author's. Statuses: 303 to another page, 404 for what one may not
// see as for what is not there.
var access = []struct {
	route string // its pattern
	path  string
	form  url.Values
	// nobody, somebody who was removed from the room, a member, the author, an administrator
	want [5]int
}{
	{"GET /{$}", "/", nil, [5]int{303, 303, 303, 303, 303}},
	{"GET /healthz", "/healthz", nil, [5]int{200, 200, 200, 200, 200}},
	{"GET /readyz", "/readyz", nil, [5]int{200, 200, 200, 200, 200}},
	{"GET /register", "/register", nil, [5]int{200, 303, 303, 303, 303}},
	{"POST /register", "/register", url.Values{}, [5]int{422, 303, 303, 303, 303}},
	{"GET /login", "/login", nil, [5]int{200, 303, 303, 303, 303}},
	{"POST /login", "/login", url.Values{"login": {"x"}}, [5]int{422, 303, 303, 303, 303}},
	{"GET /zone", "/zone?zone=Europe/Berlin", nil, [5]int{200, 200, 200, 200, 200}},
	{"GET /composer/text", "/composer/text?lang=de", nil, [5]int{200, 200, 200, 200, 200}},
	{"GET /reset", "/reset?token=x", nil, [5]int{404, 404, 404, 404, 404}},
	{"POST /reset", "/reset", url.Values{"token": {"x"}}, [5]int{404, 404, 404, 404, 404}},
	// Tokens that nobody has; the invitation is made in the first row of its route.
	{"GET /join", "/join?invitation=x", nil, [5]int{404, 404, 404, 404, 404}},
	{"POST /join", "/join", url.Values{"invitation": {"x"}}, [5]int{401, 422, 422, 422, 422}},
	{"GET /link", "/link?token=x", nil, [5]int{404, 404, 404, 404, 404}},
	{"POST /link", "/link", url.Values{"token": {"x"}}, [5]int{404, 404, 404, 404, 404}},
	{"POST /admin/invitations", "/admin/invitations", invitation, [5]int{401, 404, 404, 404, 200}},
	{"POST /admin/invitations", "/admin/invitations", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"GET /admin/invitations", "/admin/invitations", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/invitations", "/admin/invitations?before=1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/invitations/new", "/admin/invitations/new", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/invitations/{invitation}", "/admin/invitations/1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/invitations/{invitation}", "/admin/invitations/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /admin/invitations/{invitation}/withdraw", "/admin/invitations/1/withdraw", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/invitations/{invitation}/withdraw", "/admin/invitations/1/withdraw", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/invitations/{invitation}/withdraw", "/admin/invitations/99/withdraw", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"GET /admin/people/{user}/link", "/admin/people/2/link", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/people/{user}/link", "/admin/people/99/link", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /admin/people/{user}/link", "/admin/people/2/link", url.Values{}, [5]int{401, 404, 404, 404, 200}},
	{"POST /admin/people/{user}/link", "/admin/people/1/link", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"GET /live", "/live?title=Invitations&part=invitations", nil, [5]int{200, 200, 200, 200, 200}}, // who may look is asked of the socket
	{"GET /me.css", "/me.css", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /profile", "/profile", nil, [5]int{303, 200, 200, 200, 200}},
	{"POST /profile", "/profile", url.Values{"name": {"Somebody"}, "zone": {"Asia/Tokyo"}, "announce": {"all"}}, [5]int{401, 303, 303, 303, 303}},
	{"POST /profile/sessions/end", "/profile/sessions/end", url.Values{"session": {"of somebody else"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /profile/sessions/others", "/profile/sessions/others", url.Values{}, [5]int{401, 303, 303, 303, 303}},
	{"GET /profile/delete", "/profile/delete", nil, [5]int{303, 200, 200, 200, 200}},
	{"POST /profile/delete", "/profile/delete", url.Values{"messages": {"keep"}, "password": {"wrong"}}, [5]int{401, 422, 422, 422, 422}},
	{"GET /profile/export", "/profile/export", nil, [5]int{303, 404, 404, 404, 404}}, // none is prepared
	{"POST /profile/export", "/profile/export", url.Values{}, [5]int{401, 303, 303, 303, 303}},
	{"GET /admin/people", "/admin/people?q=b&show=members&sort=here", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/people/new", "/admin/people/new", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/people", "/admin/people", url.Values{"name": {"Eve"}, "username": {"eve"}, "email": {"eve@example.com"}, "role": {"member"}}, [5]int{401, 404, 404, 404, 200}},
	{"POST /admin/people", "/admin/people", url.Values{"name": {"Eva"}, "username": {"eva"}, "email": {"eva@example.com"}, "role": {"administrator"}}, [5]int{401, 404, 404, 404, 422}},
	{"GET /admin/people/{user}", "/admin/people/2", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/people/{user}", "/admin/people/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /admin/people/{user}", "/admin/people/5", url.Values{"name": {"Eve Moss"}, "username": {"eve"}, "email": {"eve@example.com"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/people/{user}/role", "/admin/people/5/role", url.Values{"role": {"moderator"}, "password": {"wrong"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/people/{user}/role", "/admin/people/5/role", url.Values{"role": {"moderator"}, "password": {password}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/people/{user}/role", "/admin/people/1/role", url.Values{"role": {"member"}, "password": {password}}, [5]int{401, 404, 404, 404, 422}}, // the last administrator
	{"POST /admin/people/{user}/sessions/end", "/admin/people/5/sessions/end", url.Values{"session": {"x"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /admin/people/{user}/sessions/end", "/admin/people/5/sessions/end", url.Values{"all": {"yes"}}, [5]int{401, 404, 404, 404, 303}},
	{"GET /admin/people/{user}/suspend", "/admin/people/5/suspend", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/people/{user}/suspend", "/admin/people/5/suspend", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/people/{user}/suspend", "/admin/people/5/suspend", url.Values{"reason": {"spam"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/people/{user}/suspend", "/admin/people/1/suspend", url.Values{"reason": {"spam"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/people/{user}/reactivate", "/admin/people/5/reactivate", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"GET /admin/people/{user}/delete", "/admin/people/5/delete", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/people/{user}/delete", "/admin/people/5/delete", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/people/{user}/delete", "/admin/people/1/delete", url.Values{"messages": {"keep"}, "password": {password}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/people/{user}/delete", "/admin/people/5/delete", url.Values{"messages": {"erase"}, "password": {"wrong"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/people/{user}/delete", "/admin/people/5/delete", url.Values{"messages": {"erase"}, "password": {password}}, [5]int{401, 404, 404, 404, 303}},
	{"GET /admin/people/{user}", "/admin/people/5", nil, [5]int{303, 404, 404, 404, 200}}, // what is left of it
	{"GET /admin/people/{user}/delete", "/admin/people/5/delete", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /go", "/go?q=zzz", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /go", "/go?q=lob", nil, [5]int{303, 303, 303, 303, 303}}, // to the only one of that name
	{"GET /go/list", "/go/list?q=lob", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /people/{user}", "/people/1", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /people/{user}", "/people/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /people/{user}/mute", "/people/99/mute", url.Values{"do": {"mute"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /people/{user}/mute", "/people/1/mute", url.Values{"do": {""}}, [5]int{401, 303, 303, 303, 303}},
	{"GET /mutes", "/mutes", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /people/{user}/moderate", "/people/1/moderate", nil, [5]int{303, 404, 404, 404, 404}},        // nobody moderates an administrator, nor themselves
	{"GET /people/{user}/moderate", "/people/3/moderate", nil, [5]int{303, 404, 404, 404, 200}},        // the author owns no room that Cleo is in
	{"GET /people/{user}/moderate", "/people/4/moderate?room=2", nil, [5]int{303, 404, 404, 404, 404}}, // Dan never came there
	{"GET /rooms/{room}/moderate", "/rooms/1/moderate", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /rooms/{room}/moderate", "/rooms/2/moderate", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/moderate", "/rooms/3/moderate", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /rooms/{room}/moderators", "/rooms/2/moderators", url.Values{"user": {"99"}, "is": {"yes"}}, [5]int{401, 404, 404, 404, 404}},
	{"GET /rooms/{room}/messages/{seq}/hide", "/rooms/1/messages/2/hide", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /rooms/{room}/messages/{seq}/hidden", "/rooms/1/messages/2/hidden", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /measures", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"99"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /measures", "/measures", url.Values{"kind": {"hide"}, "room": {"1"}, "seq": {"5"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 303}},
	{"GET /rooms/{room}/messages/{seq}/hidden", "/rooms/1/messages/5/hidden", nil, [5]int{303, 404, 404, 200, 200}},
	{"POST /notices/{measure}/appeal", "/notices/2/appeal", url.Values{"text": {"It was a joke"}}, [5]int{401, 404, 404, 303, 404}},
	{"GET /moderation/appeals", "/moderation/appeals", nil, [5]int{303, 404, 404, 200, 200}}, // the author owns a room
	{"GET /moderation/appeals", "/moderation/appeals?room=1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/appeals", "/moderation/appeals?room=2", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /moderation/appeals", "/moderation/appeals?room=3", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /moderation/measures", "/moderation/measures", nil, [5]int{303, 404, 404, 200, 200}},
	{"GET /moderation/measures", "/moderation/measures?room=1&kind=ban&q=b", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/measures", "/moderation/measures?room=2", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /moderation/measures", "/moderation/measures?room=3", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /moderation/appeals/{measure}", "/moderation/appeals/2", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/appeals/{measure}", "/moderation/appeals/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /moderation/appeals/{measure}", "/moderation/appeals/2", url.Values{"answer": {""}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/appeals/{measure}", "/moderation/appeals/2", url.Values{"answer": {"No"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /measures/{measure}/lift", "/measures/2/lift", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /measures", "/measures", url.Values{"kind": {"warn"}, "user": {"3"}, "reason": {"because"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /measures", "/measures", url.Values{"kind": {"warn"}, "user": {"3"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /measures", "/measures", url.Values{"kind": {"slow"}, "room": {"2"}, "amount": {"1"}, "for": {"10m"}, "reason": {"flood"}}, [5]int{401, 404, 404, 303, 404}},
	{"POST /measures", "/measures", url.Values{"kind": {"newcomer"}, "amount": {"0"}, "for": {"10m"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /measures/{measure}/lift", "/measures/99/lift", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"GET /rooms/{room}/moderation/log", "/rooms/1/moderation/log", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/moderation/log", "/rooms/2/moderation/log", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/moderation/log", "/rooms/3/moderation/log", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /moderation/newcomers", "/moderation/newcomers", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /notices", "/notices", nil, [5]int{303, 200, 200, 200, 200}},
	{"POST /appeal", "/appeal", url.Values{"token": {"x"}, "text": {"y"}}, [5]int{404, 404, 404, 404, 404}},
	{"GET /direct/new", "/direct/new", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /direct/people", "/direct/people?q=be&with=1&with=x", nil, [5]int{303, 200, 200, 200, 200}},
	{"POST /direct", "/direct", url.Values{"with": {"99"}}, [5]int{401, 422, 422, 422, 422}},
	{"POST /read", "/read", url.Values{}, [5]int{401, 303, 303, 303, 303}},
	{"GET /accent.css", "/accent.css?of=2f6f4f", nil, [5]int{200, 200, 200, 200, 200}},
	{"GET /accent.css", "/accent.css?of=ffffff", nil, [5]int{404, 404, 404, 404, 404}},
	{"GET /logo/{file}", "/logo/none.png", nil, [5]int{404, 404, 404, 404, 404}},
	{"GET /admin/settings", "/admin/settings", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/settings", "/admin/settings", url.Values{"form": {"rooms"}, "members_create": {"yes"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/settings", "/admin/settings", url.Values{"form": {"nothing"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /admin/settings/logo", "/admin/settings/logo", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	// Rooms and the log, under administration: room 2 is private, and the administrator is
	// not in it; room 3 is a direct conversation, which is nothing there.
	{"GET /admin/rooms", "/admin/rooms?state=used&sort=size&after=1+1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/rooms/{room}", "/admin/rooms/2", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/rooms/{room}", "/admin/rooms/3", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /admin/rooms/{room}", "/admin/rooms/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}", "/admin/rooms/2", url.Values{"name": {"Mine"}, "kind": {"private"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/rooms/{room}", "/admin/rooms/2", url.Values{"name": {""}, "kind": {"private"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/rooms/{room}", "/admin/rooms/3", url.Values{"name": {"Ours"}, "kind": {"open"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}/archive", "/admin/rooms/2/archive", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/rooms/{room}/archive", "/admin/rooms/3/archive", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}/reopen", "/admin/rooms/2/reopen", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/rooms/{room}/reopen", "/admin/rooms/3/reopen", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}/members", "/admin/rooms/2/members", url.Values{"person": {"ada"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /admin/rooms/{room}/members", "/admin/rooms/3/members", url.Values{"person": {"ada"}}, [5]int{401, 404, 404, 404, 404}},
	{"GET /admin/rooms/{room}/keep", "/admin/rooms/2/keep?keep=days&days=30", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/rooms/{room}/keep", "/admin/rooms/2/keep?keep=days&days=x", nil, [5]int{303, 404, 404, 404, 422}},
	{"GET /admin/rooms/{room}/keep", "/admin/rooms/3/keep?keep=days&days=30", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}/keep", "/admin/rooms/2/keep", url.Values{"keep": {"days"}, "days": {"30"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/rooms/{room}/keep", "/admin/rooms/3/keep", url.Values{"keep": {"days"}, "days": {"1"}}, [5]int{401, 404, 404, 404, 404}},
	{"GET /admin/rooms/{room}/delete", "/admin/rooms/2/delete", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/rooms/{room}/delete", "/admin/rooms/3/delete", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}/delete", "/admin/rooms/2/delete", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/rooms/{room}/delete", "/admin/rooms/3/delete", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"POST /admin/rooms/{room}/spare", "/admin/rooms/2/spare", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /admin/rooms/{room}/spare", "/admin/rooms/3/spare", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"GET /admin/log", "/admin/log?by=ada", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/log", "/admin/log?by=nobody", nil, [5]int{303, 404, 404, 404, 422}},
	{"POST /admin/log/export", "/admin/log/export", url.Values{"format": {"csv"}}, [5]int{401, 404, 404, 404, 200}},
	{"GET /rooms", "/rooms", nil, [5]int{303, 200, 200, 200, 200}},
	{"POST /rooms", "/rooms", url.Values{"name": {""}, "kind": {"open"}}, [5]int{401, 422, 422, 422, 422}},
	{"GET /rooms/new", "/rooms/new", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /rooms/list", "/rooms/list?q=lob", nil, [5]int{303, 200, 200, 200, 200}},
	// Rooms 2 and 3: the author's, private, and their direct conversation with the member.
	{"GET /rooms/{room}/about", "/rooms/1/about", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/about", "/rooms/99/about", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/people", "/rooms/1/people?person=be", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/people", "/rooms/2/people?person=be", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/people", "/rooms/3/people?person=be", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/about", "/rooms/2/about", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/about", "/rooms/3/about", nil, [5]int{303, 404, 200, 200, 404}},
	{"GET /rooms/{room}", "/rooms/2-mine", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}", "/rooms/3-direct", nil, [5]int{303, 404, 200, 200, 404}},
	{"POST /rooms/{room}/draft", "/rooms/1/draft", draft("half a"), [5]int{401, 404, 204, 204, 204}},
	{"POST /rooms/{room}/draft", "/rooms/2/draft", draft("half a"), [5]int{401, 404, 404, 204, 404}},
	{"POST /rooms/{room}/draft", "/rooms/3/draft", draft(""), [5]int{401, 404, 204, 204, 404}},
	{"POST /rooms/{room}/messages", "/rooms/3/messages", draft("hello, Cleo"), [5]int{401, 404, 303, 303, 404}},
	{"POST /rooms/{room}/about", "/rooms/1/about", charter, [5]int{401, 404, 404, 404, 303}},
	{"POST /rooms/{room}/about", "/rooms/2/about", url.Values{"name": {"Mine"}, "kind": {"private"}}, [5]int{401, 404, 404, 303, 404}},
	{"POST /rooms/{room}/about", "/rooms/3/about", charter, [5]int{401, 404, 404, 404, 404}},
	{"POST /rooms/{room}/join", "/rooms/2/join", url.Values{}, [5]int{401, 404, 404, 303, 404}},
	{"POST /rooms/{room}/join", "/rooms/3/join", url.Values{}, [5]int{401, 404, 303, 303, 404}},
	{"POST /rooms/{room}/about", "/rooms/2/about", url.Values{"name": {"Mine"}, "kind": {"open"}}, [5]int{401, 404, 404, 200, 404}}, // it asks
	{"GET /rooms/{room}/archive", "/rooms/1/archive", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /rooms/{room}/archive", "/rooms/2/archive", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/archive", "/rooms/3/archive", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/leave", "/rooms/1/leave", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/leave", "/rooms/2/leave", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/leave", "/rooms/3/leave", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /rooms/{room}/leave", "/rooms/3/leave", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"POST /rooms/{room}/members", "/rooms/2/members", url.Values{"person": {"nobody-here"}}, [5]int{401, 404, 404, 422, 404}},
	{"POST /rooms/{room}/members", "/rooms/3/members", url.Values{"person": {"ada"}}, [5]int{401, 404, 404, 404, 404}},
	{"GET /rooms/{room}/members/remove", "/rooms/1/members/remove?user=2", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /rooms/{room}/members/remove", "/rooms/1/members/remove?user=1", nil, [5]int{303, 404, 404, 404, 404}}, // nobody removes themselves
	{"GET /rooms/{room}/members/remove", "/rooms/3/members/remove?user=2", nil, [5]int{303, 404, 404, 404, 404}}, // a direct conversation
	{"POST /rooms/{room}/members/remove", "/rooms/1/members/remove", url.Values{"user": {"2"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /rooms/{room}/members/remove", "/rooms/1/members/remove", url.Values{"user": {"99"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /rooms/{room}/members/remove", "/rooms/3/members/remove", url.Values{"user": {"2"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /rooms/{room}/involvement", "/rooms/1/involvement", url.Values{"level": {"all"}}, [5]int{401, 404, 303, 303, 303}},
	{"POST /rooms/{room}/archive", "/rooms/3/archive", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"POST /rooms/{room}/archive", "/rooms/2/archive", url.Values{}, [5]int{401, 404, 404, 303, 404}},
	{"POST /rooms/{room}/messages", "/rooms/2/messages", draft("too late"), [5]int{401, 404, 404, 409, 404}},
	{"POST /rooms/{room}/reopen", "/rooms/2/reopen", url.Values{}, [5]int{401, 404, 404, 303, 404}},
	{"GET /rooms/{room}/messages/{seq}", "/rooms/1/messages/1", nil, [5]int{303, 200, 302, 302, 302}},
	{"GET /rooms/{room}/messages/{seq}", "/rooms/1/messages/99", nil, [5]int{303, 200, 404, 404, 404}},
	{"GET /rooms/{room}/messages/{seq}", "/rooms/2/messages/1", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/messages/{seq}", "/rooms/3/messages/1", nil, [5]int{303, 404, 302, 302, 404}},
	{"POST /rooms/{room}/messages/{seq}/unread", "/rooms/1/messages/1/unread", url.Values{}, [5]int{401, 404, 303, 303, 303}},
	{"GET /rooms/{room}/new.css", "/rooms/1/new.css?from=1", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/read.css", "/rooms/1/read.css?upto=1", nil, [5]int{303, 404, 200, 200, 200}},
	{"POST /profile/password", "/profile/password", url.Values{}, [5]int{401, 422, 422, 422, 422}},
	{"GET /rooms/{room}", "/rooms/1-lobby", nil, [5]int{303, 200, 200, 200, 200}},      // who is not in an open room may join
	{"GET /rooms/{room}", "/rooms/1-lobby?at=2", nil, [5]int{303, 200, 200, 200, 200}}, // and is told of no message
	{"GET /rooms/{room}", "/rooms/99-secret", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/follow", "/rooms/1/follow", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/follow", "/rooms/3/follow", nil, [5]int{303, 404, 200, 200, 404}},
	{"GET /rooms/{room}/stream", "/rooms/3/stream?first=1", nil, [5]int{401, 404, 0, 0, 404}}, // 0: it does not end
	{"GET /rooms/{room}/write", "/rooms/1/write", nil, [5]int{401, 404, 200, 200, 200}},
	{"GET /rooms/{room}/live", "/rooms/1/live", nil, [5]int{200, 200, 200, 200, 200}}, // a region: never a redirect
	{"GET /live", "/live?title=Rooms", nil, [5]int{200, 200, 200, 200, 200}},
	{"GET /rooms/{room}/messages", "/rooms/1/messages?before=3", nil, [5]int{303, 404, 303, 303, 303}},
	{"POST /rooms/{room}/messages", "/rooms/1/messages", draft("hello"), [5]int{401, 404, 303, 303, 303}},
	{"POST /rooms/{room}/messages", "/rooms/99/messages", draft("hello"), [5]int{401, 404, 404, 404, 404}},
	{"POST /rooms/{room}/messages/{seq}", "/rooms/1/messages/1", url.Values{"body": {"changed"}}, [5]int{401, 404, 404, 303, 404}},
	{"GET /rooms/{room}/messages/{seq}/more", "/rooms/1/messages/2/more", nil, [5]int{303, 404, 200, 200, 200}},
	{"GET /rooms/{room}/messages/{seq}/more", "/rooms/1/messages/99/more", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/messages/{seq}/edit", "/rooms/1/messages/2/edit", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/messages/{seq}/delete", "/rooms/1/messages/3/delete", nil, [5]int{303, 404, 404, 200, 404}},
	{"POST /rooms/{room}/messages/{seq}/delete", "/rooms/1/messages/4/delete", url.Values{}, [5]int{401, 404, 404, 303, 404}},
	// Case 1 is about the author's fifth message.
	{"GET /rooms/{room}/messages/{seq}/report", "/rooms/1/messages/5/report", nil, [5]int{303, 404, 200, 404, 200}},
	{"GET /rooms/{room}/messages/{seq}/report", "/rooms/3/messages/2/report", nil, [5]int{303, 404, 200, 404, 404}},
	{"POST /rooms/{room}/messages/{seq}/report", "/rooms/1/messages/5/report", url.Values{"reason": {"spam"}}, [5]int{401, 404, 303, 404, 303}},
	{"POST /rooms/{room}/messages/{seq}/report", "/rooms/1/messages/5/report", url.Values{"reason": {"because"}}, [5]int{401, 404, 422, 404, 422}},
	{"POST /rooms/{room}/messages/{seq}/report", "/rooms/3/messages/2/report", url.Values{"reason": {"spam"}}, [5]int{401, 404, 303, 404, 404}},
	{"GET /people/{user}/report", "/people/2/report", nil, [5]int{303, 200, 200, 404, 200}},
	{"POST /people/{user}/report", "/people/2/report", url.Values{"reason": {"hate"}}, [5]int{401, 303, 303, 404, 303}},
	{"POST /people/{user}/report", "/people/99/report", url.Values{"reason": {"hate"}}, [5]int{401, 404, 404, 404, 404}},
	{"GET /reports", "/reports", nil, [5]int{303, 200, 200, 200, 200}},
	{"GET /moderation", "/moderation?tab=open", nil, [5]int{303, 404, 404, 200, 200}},
	{"GET /moderation", "/moderation?room=1&reason=spam", nil, [5]int{303, 404, 404, 200, 200}}, // who owns a room has no such queue
	{"GET /moderation", "/moderation?room=3", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /moderation", "/moderation?room=99", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/moderation", "/rooms/1/moderation", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /rooms/{room}/moderation", "/rooms/2/moderation", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /rooms/{room}/moderation", "/rooms/3/moderation", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /rooms/{room}/moderation", "/rooms/99/moderation", nil, [5]int{303, 404, 404, 404, 404}},
	{"GET /moderation/cases/{case}", "/moderation/cases/1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/cases/{case}", "/moderation/cases/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /moderation/cases/{case}/taker", "/moderation/cases/1/taker", url.Values{"version": {"1"}, "user": {"1"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/cases/{case}/taker", "/moderation/cases/1/taker", url.Values{"version": {"1"}, "user": {"1"}}, [5]int{401, 404, 404, 404, 409}},
	{"POST /moderation/cases/{case}/notes", "/moderation/cases/1/notes", url.Values{"text": {"look here"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/cases/{case}/notes", "/moderation/cases/1/notes", url.Values{"text": {""}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/cases/{case}/close", "/moderation/cases/1/close", url.Values{"version": {"2"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/cases/{case}/reopen", "/moderation/cases/1/reopen", url.Values{"version": {"3"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/cases/{case}/measures", "/moderation/cases/1/measures", url.Values{"version": {"4"}, "kind": {"dance"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/cases/{case}/measures", "/moderation/cases/1/measures", url.Values{"version": {"4"}, "kind": {"warn"}, "reason": {"spam"}}, [5]int{401, 404, 404, 404, 303}},
	// Rule 1 holds what two say: the first message is the member's, the second the author's.
	{"POST /moderation/rules", "/moderation/rules", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/rules", "/moderation/rules", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"GET /moderation/rules", "/moderation/rules?q=cas", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /moderation/rules/trial", "/moderation/rules/trial", url.Values{"kind": {"word"}, "text": {"Ben"}, "act": {"flag"}}, [5]int{401, 404, 404, 404, 200}},
	{"POST /moderation/rules/trial", "/moderation/rules/trial", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"GET /moderation/rules/{rule}", "/moderation/rules/1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/rules/{rule}", "/moderation/rules/99", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /moderation/rules/{rule}/trial", "/moderation/rules/1/trial", url.Values{"kind": {"word"}, "text": {"Ben"}, "act": {"hold"}}, [5]int{401, 404, 404, 404, 200}},
	{"POST /moderation/rules/{rule}/trial", "/moderation/rules/1/trial", url.Values{}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/rules/{rule}/trial", "/moderation/rules/99/trial", url.Values{"kind": {"word"}, "text": {"Ben"}, "act": {"hold"}}, [5]int{401, 404, 404, 404, 404}},
	{"POST /moderation/rules/{rule}", "/moderation/rules/1", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}, "active": {"yes"}, "version": {"9"}}, [5]int{401, 404, 404, 404, 409}},
	{"POST /moderation/rules/{rule}", "/moderation/rules/1", url.Values{"version": {"1"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/rules/{rule}", "/moderation/rules/1", url.Values{"kind": {"word"}, "text": {"casino"}, "act": {"hold"}, "active": {"yes"}, "version": {"1"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/rules/{rule}", "/moderation/rules/99", url.Values{"kind": {"word"}, "text": {"poker"}, "act": {"hold"}}, [5]int{401, 404, 404, 404, 409}},
	{"POST /rooms/{room}/messages", "/rooms/1/messages", draft("casino"), [5]int{401, 404, 303, 303, 303}},
	{"GET /moderation/held", "/moderation/held", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/held", "/moderation/held?room=1", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/held", "/moderation/held?room=2", nil, [5]int{303, 404, 404, 200, 404}},
	{"GET /moderation/held", "/moderation/held?room=3", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /moderation/held/{held}/publish", "/moderation/held/1/publish", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/held/{held}/publish", "/moderation/held/1/publish", url.Values{}, [5]int{401, 404, 404, 404, 409}},
	{"GET /moderation/held/{held}/refuse", "/moderation/held/1/refuse", nil, [5]int{303, 404, 404, 404, 409}},
	{"GET /moderation/held/{held}/refuse", "/moderation/held/2/refuse", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /moderation/held/{held}/refuse", "/moderation/held/99/refuse", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /moderation/held/{held}/refuse", "/moderation/held/1/refuse", url.Values{}, [5]int{401, 404, 404, 404, 409}},
	{"POST /moderation/held/{held}/refuse", "/moderation/held/2/refuse", url.Values{"words": {strings.Repeat("x", 1001)}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/held/{held}/refuse", "/moderation/held/2/refuse", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	// Measure 6 keeps the author's first out, and 7 the second.
	{"GET /moderation/appeals/{measure}", "/moderation/appeals/6", nil, [5]int{303, 404, 404, 404, 404}}, // nobody has objected
	{"POST /notices/{measure}/appeal", "/notices/6/appeal", url.Values{"text": {""}}, [5]int{401, 422, 422, 422, 422}},
	{"POST /notices/{measure}/appeal", "/notices/6/appeal", url.Values{"text": {"It is a film"}}, [5]int{401, 404, 404, 303, 404}},
	{"POST /notices/{measure}/appeal", "/notices/6/appeal", url.Values{"text": {"Really"}}, [5]int{401, 404, 404, 409, 404}},
	{"GET /moderation/appeals/{measure}", "/moderation/appeals/6", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /moderation/appeals/{measure}", "/moderation/appeals/6", url.Values{"answer": {"It stays"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /moderation/appeals/{measure}", "/moderation/appeals/6", url.Values{"answer": {"Or not"}, "granted": {"yes"}}, [5]int{401, 404, 404, 404, 409}},
	{"GET /moderation/measures", "/moderation/measures?kind=turn-down", nil, [5]int{303, 404, 404, 200, 200}}, // the author owns a room
	{"POST /rooms/{room}/messages", "/rooms/1/messages", draft("casino"), [5]int{0, 0, 0, 303, 0}},
	{"POST /moderation/held/{held}/refuse", "/moderation/held/3/refuse", url.Values{"reason": {"because"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /moderation/held/{held}/refuse", "/moderation/held/3/refuse", url.Values{"reason": {"spam"}}, [5]int{401, 404, 404, 404, 303}},
	{"POST /measures/{measure}/lift", "/measures/7/lift", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /measures/{measure}/lift", "/measures/7/lift", url.Values{}, [5]int{401, 404, 404, 404, 409}},
	{"POST /held/{held}/withdraw", "/held/3/withdraw", url.Values{}, [5]int{401, 404, 404, 409, 404}},
	{"POST /measures", "/measures", url.Values{"kind": {"turn-down"}, "room": {"1"}, "user": {"2"}, "reason": {"rule"}}, [5]int{401, 404, 404, 404, 422}},
	{"POST /held/{held}/withdraw", "/held/1/withdraw", url.Values{}, [5]int{401, 404, 409, 404, 404}},
	{"POST /held/{held}/withdraw", "/held/2/withdraw", url.Values{}, [5]int{401, 404, 404, 303, 404}},
	{"GET /moderation/rules/{rule}/delete", "/moderation/rules/1/delete", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /moderation/rules/{rule}/delete", "/moderation/rules/1/delete", url.Values{}, [5]int{401, 404, 404, 404, 303}},
	{"POST /rooms/{room}/join", "/rooms/1/join", url.Values{}, [5]int{401, 303, 303, 303, 303}}, // it is open: who was removed may come back
	{"POST /rooms/{room}/leave", "/rooms/1/leave", url.Values{}, [5]int{401, 303, 303, 303, 303}},
	{"GET /admin", "/admin", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin", "/admin?range=week", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/sockets", "/admin/sockets", nil, [5]int{303, 404, 404, 404, 200}},
	{"GET /admin/sockets/{socket}/end", "/admin/sockets/99/end", nil, [5]int{303, 404, 404, 404, 404}},
	{"POST /admin/sockets/{socket}/end", "/admin/sockets/99/end", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"GET /admin/sessions", "/admin/sessions?q=be", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/sessions/end", "/admin/sessions/end", url.Values{"session": {"of nobody"}}, [5]int{401, 404, 404, 404, 404}},
	{"GET /admin/sessions/of/{user}/end", "/admin/sessions/of/2/end", nil, [5]int{303, 404, 404, 404, 200}},
	{"POST /admin/sessions/of/{user}/end", "/admin/sessions/of/99/end", url.Values{}, [5]int{401, 404, 404, 404, 404}},
	{"GET /live", "/live?title=Overview&part=figures/hour", nil, [5]int{200, 200, 200, 200, 200}}, // a region: never a redirect
	{"GET /{$}", "/metrics", nil, [5]int{404, 404, 404, 404, 404}},                                // only on a listener of its own
	{"GET /{$}", "/debug/pprof/", nil, [5]int{404, 404, 404, 404, 404}},
	{"POST /logout", "/logout", url.Values{}, [5]int{303, 303, 303, 303, 303}}, // last: it ends the session
}

var charter = url.Values{"name": {"Lobby"}, "topic": {"Where everyone meets"}, "kind": {"open"}, "everyone": {"yes"}}

var invitation = url.Values{"life": {"24h"}, "uses": {"3"}, "role": {"member"}}

func TestWhoGetsWhatFromEachRoute(t *testing.T) {
	rows := map[string]bool{}
	for _, row := range access {
		rows[row.route] = true
		if !slices.Contains(handlers.Patterns(), row.route) {
			t.Errorf("there is no route %q", row.route)
		}
	}
	for _, pattern := range handlers.Patterns() {
		if !rows[pattern] {
			t.Errorf("the route %q has no row", pattern)
		}
	}
	each(t, func(t *testing.T, w *world) {
		administrator, author, member, removed := w.signUp("ada"), w.signUp("ben"), w.signUp("cleo"), w.signUp("dan")
		for range 5 {
			author.say("what Ben wrote")
		}
		dan, err := w.store.UserByLogin(t.Context(), "dan")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.store.Leave(t.Context(), 1, dan.ID); err != nil {
			t.Fatal(err)
		}
		if a := author.post("/rooms", url.Values{"name": {"Mine"}, "kind": {"private"}}); a.Header.Get("Location") != "/rooms/2-mine" {
			t.Fatalf("create a room: %s %s", a.Status, a.body)
		}
		cleo, err := w.store.UserByLogin(t.Context(), "cleo")
		if err != nil {
			t.Fatal(err)
		}
		if a := author.post("/direct", url.Values{"with": {fmt.Sprint(cleo.ID)}}); a.Header.Get("Location") != "/rooms/3-direct" {
			t.Fatalf("start a conversation: %s %s", a.Status, a.body)
		}
		people := []*browser{w.browser(), removed, member, author, administrator}
		names := []string{"nobody", "removed", "member", "author", "administrator"}
		for _, row := range access {
			// Who must be refused goes first, so that nobody profits from the author.
			for _, i := range []int{0, 1, 2, 4, 3} {
				if row.want[i] == 0 {
					continue
				}
				method, _, _ := strings.Cut(row.route, " ")
				form := row.form
				if form.Has("key") {
					form = draft(form.Get("body"))
				}
				a := people[i].do(method, row.path, form)
				if a.StatusCode != row.want[i] {
					t.Errorf("%s %s as %s: got %d, want %d", method, row.path, names[i], a.StatusCode, row.want[i])
				}
				if (a.StatusCode == http.StatusNotFound || names[i] == "removed") && strings.Contains(a.body, "what Ben wrote") {
					t.Errorf("%s %s as %s: the %d shows the message", method, row.path, names[i], a.StatusCode)
				}
			}
		}
	}, unlimited)
}

func TestEveryAnswerHasTheHeadersThatProtectIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ada := w.signUp("ada")
		for _, b := range []*browser{w.browser(), ada} {
			for _, path := range []string{"/", "/login", "/register", "/rooms/1-lobby", "/profile", "/nothing", "/me.css", "/healthz", "/rooms/1/live", "/zone"} {
				a := b.get(path)
				policy := a.Header.Get("Content-Security-Policy")
				for _, part := range []string{"default-src 'none'", "script-src 'nonce-", "'strict-dynamic'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types htmx"} {
					if !strings.Contains(policy, part) {
						t.Errorf("%s: the policy lacks %s", path, part)
					}
				}
				if strings.Contains(policy, "unsafe") {
					t.Errorf("%s: the policy is %s", path, policy)
				}
				for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
					if got := a.Header.Get(name); got != want {
						t.Errorf("%s: %s is %q, want %q", path, name, got, want)
					}
				}
			}
		}
	})
}
