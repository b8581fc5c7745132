/* What libosip2 takes for jobs (a) and (b): reads messages as `length LF octets` from standard input, prints CPU microseconds a message. */
#include <osipparser2/osip_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static unsigned long used = 0;

static void reads(osip_message_t *sip) {
  osip_generic_param_t *tag = NULL;
  char *uri = NULL;
  if (sip->from) used += osip_from_get_tag(sip->from, &tag) == 0;
  if (sip->to) used += osip_to_get_tag(sip->to, &tag) == 0;
  for (int i = 0; i < osip_list_size(&sip->vias); i++) {
    osip_via_t *via = osip_list_get(&sip->vias, i);
    osip_via_param_get_byname(via, "branch", &tag);
    used += via->host != NULL;
  }
  osip_contact_t *contact = osip_list_get(&sip->contacts, 0);
  used += contact && contact->url;
  for (int i = 0; i < osip_list_size(&sip->routes); i++) used += ((osip_route_t *)osip_list_get(&sip->routes, i))->url != NULL;
  for (int i = 0; i < osip_list_size(&sip->record_routes); i++) used += ((osip_record_route_t *)osip_list_get(&sip->record_routes, i))->url != NULL;
  used += sip->cseq && sip->call_id && (sip->req_uri || sip->status_code);
  (void)uri;
}

int main(void) {
  size_t n = 0, room = 1024;
  char **messages = malloc(room * sizeof *messages);
  size_t *lengths = malloc(room * sizeof *lengths);
  size_t length;
  while (scanf("%zu", &length) == 1) {
    getchar();
    if (n == room) {
      room *= 2;
      messages = realloc(messages, room * sizeof *messages);
      lengths = realloc(lengths, room * sizeof *lengths);
    }
    messages[n] = malloc(length + 1);
    if (fread(messages[n], 1, length, stdin) != length) return 1;
    messages[n][length] = 0;
    lengths[n++] = length;
  }
  parser_init();
  for (int job = 0; job < 2; job++) {
    size_t refused = 0;
    double best = 1e18;
    for (int round = 0; round < 7; round++) {
      refused = 0;
      double start = now();
      for (size_t i = 0; i < n; i++) {
        osip_message_t *sip;
        osip_message_init(&sip);
        if (osip_message_parse(sip, messages[i], lengths[i]) != 0) refused++;
        else if (job) reads(sip);
        osip_message_free(sip);
      }
      double took = (now() - start) / n;
      if (took < best) best = took;
    }
    printf("%.3f %zu\n", best, refused);
  }
  return used == 42 ? 2 : 0;
}
