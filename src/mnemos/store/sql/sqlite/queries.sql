-- get_space --
SELECT settings, head_seq, head_hash, recorded_at, next_no, next_row, folded, live, total_length,
       epoch
  FROM space WHERE space = :space

-- put_space --
INSERT OR REPLACE INTO space (space, settings, head_seq, head_hash, recorded_at, next_no, next_row,
                              folded, live, total_length, epoch)
VALUES (:space, :settings, :head_seq, :head_hash, :recorded_at, :next_no, :next_row,
        :folded, :live, :total_length, :epoch)

-- get_state_sum --
SELECT sum FROM state_sum WHERE space = :space

-- put_state_sum --
INSERT OR REPLACE INTO state_sum (space, sum) VALUES (:space, :sum)

-- scope_no --
SELECT scope_no FROM scope WHERE space = :space AND label = :label

-- add_scope --
INSERT INTO scope (space, scope_no, label, user, agent, session)
SELECT :space, coalesce(max(scope_no), -1) + 1, :label, :user, :agent, :session
  FROM scope WHERE space = :space
RETURNING scope_no

-- scopes --
SELECT scope_no, user, agent, session FROM scope WHERE space = :space

-- matching_scopes --
SELECT scope_no FROM scope
 WHERE space = :space
   AND (:user IS NULL OR user = :user)
   AND (:agent IS NULL OR agent = :agent)
   AND (:session IS NULL OR session = :session)
 ORDER BY scope_no

-- name_no --
SELECT no FROM name WHERE space = :space AND list = :list AND name = :name

-- add_name --
INSERT INTO name (space, list, no, name)
SELECT :space, :list, coalesce(max(no), -1) + 1, :name
  FROM name WHERE space = :space AND list = :list
RETURNING no

-- names --
SELECT no, name FROM name WHERE space = :space AND list = :list

-- drop_unused_scopes --
DELETE FROM scope
 WHERE space = :space
   AND NOT EXISTS (SELECT 1 FROM item WHERE item.space = :space AND item.scope_no = scope.scope_no)

-- drop_unused_speakers --
DELETE FROM name
 WHERE space = :space AND list = 'speaker'
   AND no NOT IN (SELECT speaker_no FROM item WHERE space = :space)

-- add_item --
INSERT INTO item (space, no, visible_from, visible_to, id, kind_no, scope_no, position, role,
                  speaker_no, ref, said_at, said_at_given, event_from, event_to, valid_from,
                  valid_to, recorded_at, expires_at, status, sources, supersedes, trust, metadata,
                  attrs, made_by)
VALUES (:space, :no, :visible_from, :visible_to, :id, :kind_no, :scope_no, :position, :role,
        :speaker_no, :ref, :said_at, :said_at_given, :event_from, :event_to, :valid_from,
        :valid_to, :recorded_at, :expires_at, :status, :sources, :supersedes, :trust, :metadata,
        :attrs, :made_by)

-- add_text --
INSERT INTO text (space, no, body) VALUES (:space, :no, :body)

-- add_source --
INSERT OR IGNORE INTO source (space, source, no) VALUES (:space, :source, :no)

-- end_item --
UPDATE item SET visible_to = :visible_to
 WHERE space = :space AND no = :no AND visible_from = :visible_from

-- item_no --
SELECT no FROM item WHERE space = :space AND id = :id LIMIT 1

-- item_nos --
SELECT DISTINCT id, no FROM item
WHERE space = :space AND id IN (SELECT value FROM json_each(:ids))

-- item_current --
SELECT no, visible_from, visible_to, id, kind, user, agent, session, position, role, speaker, ref,
       said_at, said_at_given, event_from, event_to, valid_from, valid_to, recorded_at, expires_at,
       status, sources, supersedes, trust, metadata, attrs, made_by, body
  FROM whole_item
 WHERE space = :space AND no = :no AND visible_to IS NULL

-- item_at --
SELECT no, visible_from, visible_to, id, kind, user, agent, session, position, role, speaker, ref,
       said_at, said_at_given, event_from, event_to, valid_from, valid_to, recorded_at, expires_at,
       status, sources, supersedes, trust, metadata, attrs, made_by, body
  FROM whole_item
 WHERE space = :space AND no = :no AND visible_from <= :seq
 ORDER BY visible_from DESC LIMIT 1

-- items_current --
SELECT no, visible_from, visible_to, id, kind, user, agent, session, position, role, speaker, ref,
       said_at, said_at_given, event_from, event_to, valid_from, valid_to, recorded_at, expires_at,
       status, sources, supersedes, trust, metadata, attrs, made_by, body
  FROM whole_item
 WHERE space = :space AND no IN (SELECT value FROM json_each(:nos)) AND visible_to IS NULL

-- items_at --
SELECT no, visible_from, visible_to, id, kind, user, agent, session, position, role, speaker, ref,
       said_at, said_at_given, event_from, event_to, valid_from, valid_to, recorded_at, expires_at,
       status, sources, supersedes, trust, metadata, attrs, made_by, body
  FROM whole_item
 WHERE space = :space AND no IN (SELECT value FROM json_each(:nos)) AND visible_from <= :seq
 ORDER BY no, visible_from

-- item_versions --
SELECT no, visible_from, visible_to, id, kind, user, agent, session, position, role, speaker, ref,
       said_at, said_at_given, event_from, event_to, valid_from, valid_to, recorded_at, expires_at,
       status, sources, supersedes, trust, metadata, attrs, made_by, body
  FROM whole_item
 WHERE space = :space AND no = :no
 ORDER BY visible_from

-- by_ref --
SELECT DISTINCT no FROM item WHERE space = :space AND scope_no = :scope_no AND ref = :ref ORDER BY no

-- session --
SELECT no FROM item
 WHERE space = :space AND scope_no = :scope_no AND visible_to IS NULL AND made_by = ''
 ORDER BY position, no

-- in_scope --
SELECT DISTINCT no FROM item WHERE space = :space AND scope_no = :scope_no ORDER BY no

-- last_position --
SELECT coalesce(max(position), -1) FROM item
 WHERE space = :space AND scope_no = :scope_no AND made_by = ''

-- derived_from --
SELECT no FROM source WHERE space = :space AND source = :source ORDER BY no

-- visibilities --
SELECT no, visible_from, visible_to, status, expires_at FROM item INDEXED BY item_special
 WHERE space = :space
   AND visible_to IS NULL
   AND (status <> 'active' OR expires_at IS NOT NULL)
UNION ALL
SELECT no, visible_from, visible_to, 'active', NULL FROM key INDEXED BY key_ended
 WHERE space = :space AND visible_to IS NOT NULL

-- visibilities_at --
SELECT no, visible_from, visible_to, status, expires_at FROM item INDEXED BY item_special
 WHERE space = :space
   AND visible_from <= :as_of AND (visible_to IS NULL OR visible_to > :as_of)
   AND (status <> 'active' OR expires_at IS NOT NULL)
UNION ALL
SELECT no, visible_from, visible_to, 'active', NULL FROM key INDEXED BY key_ended
 WHERE space = :space AND visible_to IS NOT NULL AND visible_to <= :as_of

-- add_key --
INSERT INTO key (space, no, item_no, visible_from, visible_to, value)
VALUES (:space, :no, :item_no, :visible_from, :visible_to, :value)

-- add_link --
INSERT INTO link (space, no, source, target, visible_from, visible_to, value)
VALUES (:space, :no, :source, :target, :visible_from, :visible_to, :value)

-- add_state --
INSERT INTO state (space, no, name, visible_from, visible_to, value)
VALUES (:space, :no, :name, :visible_from, :visible_to, :value)

-- key --
SELECT no, value, visible_from, visible_to, item_no FROM key WHERE space = :space AND no = :no

-- link --
SELECT no, value, visible_from, visible_to, -1 FROM link WHERE space = :space AND no = :no

-- state --
SELECT no, value, visible_from, visible_to, -1 FROM state WHERE space = :space AND no = :no

-- end_key --
UPDATE key SET visible_to = :visible_to WHERE space = :space AND no = :no

-- end_link --
UPDATE link SET visible_to = :visible_to WHERE space = :space AND no = :no

-- end_state --
UPDATE state SET visible_to = :visible_to WHERE space = :space AND no = :no

-- keys --
SELECT no, value, visible_from, visible_to, item_no FROM key WHERE space = :space ORDER BY no

-- links --
SELECT no, value, visible_from, visible_to, -1 FROM link WHERE space = :space ORDER BY no

-- states --
SELECT no, value, visible_from, visible_to, -1 FROM state WHERE space = :space ORDER BY no

-- keys_of --
SELECT no, value, visible_from, visible_to, item_no FROM key
 WHERE space = :space AND item_no = :item_no ORDER BY no

-- links_of --
SELECT no, value, visible_from, visible_to, -1 FROM link INDEXED BY link_source
 WHERE space = :space AND source = :id
UNION
SELECT no, value, visible_from, visible_to, -1 FROM link INDEXED BY link_target
 WHERE space = :space AND target = :id
 ORDER BY no

-- links_between --
SELECT no, value, visible_from, visible_to, -1 FROM link INDEXED BY link_source
 WHERE space = :space AND source = :source AND target = :target
 ORDER BY no

-- current_state --
SELECT no, value, visible_from, visible_to, -1 FROM state
 WHERE space = :space AND name = :name AND visible_to IS NULL

-- add_event --
INSERT INTO event (space, seq, recorded_at, actor, op, why, body, nonce, commitment, next_no, hash)
VALUES (:space, :seq, :recorded_at, :actor, :op, :why, :body, :nonce, :commitment,
        :next_no, :hash)

-- add_entry --
INSERT INTO entry (space, seq, ordinal, kind, no, nonce, commitment)
VALUES (:space, :seq, :ordinal, :kind, :no, :nonce, :commitment)

-- event --
SELECT seq, recorded_at, actor, op, why, body, nonce, commitment, next_no, hash FROM event
 WHERE space = :space AND seq = :seq

-- events --
SELECT seq, recorded_at, actor, op, why, body, nonce, commitment, next_no, hash FROM event
 WHERE space = :space AND seq > :after ORDER BY seq

-- entries --
SELECT seq, ordinal, kind, no, nonce, commitment FROM entry
 WHERE space = :space AND seq = :seq ORDER BY ordinal

-- touched --
SELECT id FROM entry
  LEFT JOIN item ON entry.kind = 'item' AND item.space = entry.space AND item.no = entry.no
                AND item.visible_from = entry.seq
 WHERE entry.space = :space AND entry.seq = :seq ORDER BY ordinal

-- seq_at --
SELECT seq FROM event
 WHERE space = :space AND recorded_at <= :recorded_at ORDER BY recorded_at DESC, seq DESC LIMIT 1

-- request --
SELECT request_id, op, seq, nonce, digest, receipt FROM request
 WHERE space = :space AND request_id = :request_id

-- put_request --
INSERT INTO request (space, request_id, op, seq, nonce, digest, receipt)
VALUES (:space, :request_id, :op, :seq, :nonce, :digest, :receipt)

-- requests --
SELECT request_id, op, seq, nonce, digest, receipt FROM request
 WHERE space = :space ORDER BY seq, request_id

-- has_erased --
SELECT 1 FROM erased WHERE space = :space LIMIT 1

-- erased_at --
SELECT seq FROM erased WHERE space = :space AND id = :id

-- add_erased --
INSERT INTO erased (space, id, seq) VALUES (:space, :id, :seq)

-- destroyed_events --
SELECT visible_from FROM item WHERE space = :space AND no = :no

-- forget_nonce --
UPDATE entry SET nonce = NULL
 WHERE space = :space AND seq = :seq AND kind = :kind AND no = :no

-- forget_requests --
UPDATE request SET nonce = NULL
 WHERE space = :space
   AND EXISTS (SELECT 1 FROM json_tree(receipt)
                WHERE atom IN (SELECT value FROM json_each(:ids)))

-- destroy_item --
DELETE FROM item WHERE space = :space AND no = :no

-- destroy_text --
DELETE FROM text WHERE space = :space AND no = :no

-- destroy_sources --
DELETE FROM source WHERE space = :space AND (source = :id OR no = :no)

-- destroy_key --
DELETE FROM key WHERE space = :space AND no = :no

-- destroy_link --
DELETE FROM link WHERE space = :space AND no = :no

-- destroy_use --
DELETE FROM use WHERE space = :space AND no = :no

-- put_use --
INSERT OR REPLACE INTO use (space, no, uses, strength, last_used_at, utility)
VALUES (:space, :no, :uses, :strength, :last_used_at, :utility)

-- has_uses --
SELECT 1 FROM use WHERE space = :space LIMIT 1

-- uses --
SELECT no, uses, strength, last_used_at, utility FROM use
 WHERE space = :space AND no IN (SELECT value FROM json_each(:nos)) ORDER BY no

-- all_uses --
SELECT no, uses, strength, last_used_at, utility FROM use WHERE space = :space ORDER BY no

-- put_tail --
INSERT OR REPLACE INTO tail (space, no, record, terms, tf) VALUES (:space, :no, :record, :terms, :tf)

-- tail --
SELECT no, record, terms, tf FROM tail
 WHERE space = :space AND no >= :first AND no < :end ORDER BY no

-- drop_tail --
DELETE FROM tail WHERE space = :space AND no >= :first AND no < :end

-- segments_from --
SELECT segment, records FROM segment
 WHERE space = :space AND segment >= :first AND segment < :end ORDER BY segment

-- put_segment --
INSERT OR REPLACE INTO segment (space, segment, records) VALUES (:space, :segment, :records)

-- put_posting --
INSERT OR REPLACE INTO posting (space, term, segment, packed)
VALUES (:space, :term, :segment, :packed)

-- postings --
SELECT segment, packed FROM posting WHERE space = :space AND term = :term ORDER BY segment

-- posting --
SELECT packed FROM posting WHERE space = :space AND term = :term AND segment = :segment

-- drop_posting --
DELETE FROM posting WHERE space = :space AND term = :term AND segment = :segment

-- has_postings --
SELECT 1 FROM posting WHERE space = :space AND term = :term LIMIT 1

-- without_postings --
SELECT value FROM json_each(:terms)
 WHERE NOT EXISTS (SELECT 1 FROM posting WHERE space = :space AND term = value)

-- put_gram --
INSERT OR IGNORE INTO gram (space, gram, term) VALUES (:space, :gram, :term)

-- drop_gram --
DELETE FROM gram WHERE space = :space AND gram = :gram AND term = :term

-- terms_sharing --
SELECT term FROM gram
 WHERE space = :space AND gram IN (SELECT value FROM json_each(:grams))
 GROUP BY term ORDER BY count(*) DESC, term LIMIT 64

-- clear_tail --
DELETE FROM tail WHERE space = :space

-- clear_segments --
DELETE FROM segment WHERE space = :space

-- clear_postings --
DELETE FROM posting WHERE space = :space

-- clear_grams --
DELETE FROM gram WHERE space = :space

-- embedders --
SELECT no, name, revision, dimension, state, clock FROM embedder
 WHERE space = :space ORDER BY no

-- add_embedder --
INSERT INTO embedder (space, no, name, revision, dimension, state, clock)
VALUES (:space, :no, :name, :revision, :dimension, :state, :clock)

-- change_embedder --
UPDATE embedder SET state = :state, clock = :clock
 WHERE space = :space AND no = :no

-- drop_embedder --
DELETE FROM embedder WHERE space = :space AND no = :no

-- put_vector --
INSERT OR REPLACE INTO vector (space, embedder, no, block, provisional, data)
VALUES (:space, :embedder, :no, :block, :provisional, :data)

-- vectors --
SELECT no, data FROM vector
 WHERE space = :space AND embedder = :embedder AND no IN (SELECT value FROM json_each(:nos))

-- vector_rows --
SELECT no, block, provisional, data FROM vector
 WHERE space = :space AND embedder = :embedder AND no IN (SELECT value FROM json_each(:nos))

-- in_block --
SELECT no FROM vector INDEXED BY vector_block
 WHERE space = :space AND embedder = :embedder AND block = :block ORDER BY no

-- drop_vector --
DELETE FROM vector WHERE space = :space AND embedder = :embedder AND no = :no

-- loosen --
UPDATE vector SET provisional = 1
 WHERE space = :space AND embedder = :embedder AND provisional = 0
   AND no IN (SELECT no FROM item
               WHERE space = :space AND scope_no = :scope_no AND position >= :position)

-- some_vectors --
SELECT no FROM vector WHERE space = :space AND embedder = :embedder ORDER BY no LIMIT :limit

-- orphans --
SELECT no FROM vector
 WHERE space = :space AND embedder = :embedder
   AND NOT EXISTS (SELECT 1 FROM text WHERE text.space = :space AND text.no = vector.no)
   AND NOT EXISTS (SELECT 1 FROM key WHERE key.space = :space AND key.no = vector.no)
 ORDER BY no

-- scan --
SELECT segment, signs FROM scan
 WHERE space = :space AND embedder = :embedder
   AND segment IN (SELECT value FROM json_each(:segments))

-- put_scan --
INSERT OR REPLACE INTO scan (space, embedder, segment, clock, signs)
VALUES (:space, :embedder, :segment, :clock, :signs)

-- scan_since --
SELECT segment, signs FROM scan INDEXED BY scan_clock
 WHERE space = :space AND embedder = :embedder AND clock > :clock

-- drop_scan --
DELETE FROM scan WHERE space = :space AND embedder = :embedder

-- queue --
SELECT scope_no, seq, first_no, attempts, not_before, error FROM queue
 WHERE space = :space AND embedder = :embedder ORDER BY scope_no

-- waiting --
SELECT scope_no, seq, first_no, attempts, not_before, error FROM queue
 WHERE space = :space AND embedder = :embedder AND scope_no = :scope_no

-- put_waiting --
INSERT OR REPLACE INTO queue (space, embedder, scope_no, seq, first_no, attempts, not_before, error)
VALUES (:space, :embedder, :scope_no, :seq, :first_no, :attempts, :not_before, :error)

-- drop_waiting --
DELETE FROM queue WHERE space = :space AND embedder = :embedder AND scope_no = :scope_no

-- drop_queue --
DELETE FROM queue WHERE space = :space AND embedder = :embedder

-- drop_unused_waiting --
DELETE FROM queue
 WHERE space = :space
   AND NOT EXISTS (SELECT 1 FROM item WHERE item.space = :space AND item.scope_no = queue.scope_no)

-- first_documents --
SELECT scope_no, min(no) FROM item WHERE space = :space GROUP BY scope_no ORDER BY scope_no

-- placed --
-- Versions of an item share its place. Keys have none: only new ones are looked for.
SELECT document.no, position, said, key, block, ifnull(provisional, 0)
  FROM (SELECT DISTINCT no, position, made_by = '' AND ifnull(role, '') <> 'document' AS said,
               0 AS key
          FROM item INDEXED BY item_position
         WHERE space = :space AND scope_no = :scope_no AND position >= :position
        UNION ALL
        SELECT DISTINCT no, position, made_by = '' AND ifnull(role, '') <> 'document', 0
          FROM item
         WHERE space = :space
           AND no IN (SELECT no FROM item INDEXED BY item_position
                       WHERE space = :space AND scope_no = :scope_no AND position < :position
                         AND no >= :first_no)
        UNION ALL
        SELECT DISTINCT key.no, position, 0, 1
          FROM item INDEXED BY item_position
         CROSS JOIN key INDEXED BY key_item
            ON key.space = :space AND key.item_no = item.no AND key.no >= :first_no
         WHERE item.space = :space AND item.scope_no = :scope_no
           AND EXISTS (SELECT 1 FROM key WHERE space = :space AND no >= :first_no)
       ) AS document
  LEFT JOIN vector
    ON vector.space = :space AND vector.embedder = :embedder AND vector.no = document.no
 ORDER BY position, document.no

-- before --
SELECT item.no, position, 1, 0, block, ifnull(provisional, 0)
  FROM item
  LEFT JOIN vector
    ON vector.space = :space AND vector.embedder = :embedder AND vector.no = item.no
 WHERE item.space = :space AND item.scope_no = :scope_no AND position < :position
   AND made_by = '' AND ifnull(role, '') <> 'document'
 ORDER BY position DESC, item.no LIMIT 1

-- position_from --
-- Of one scope only, whatever else is new: many scopes may wait.
SELECT min(position) FROM item
 WHERE space = :space
   AND no IN (SELECT no FROM item INDEXED BY item_position
               WHERE space = :space AND scope_no = :scope_no AND no >= :first_no)
   AND made_by = '' AND ifnull(role, '') <> 'document'

-- documents_left --
SELECT no FROM text WHERE space = :space AND no IN (SELECT value FROM json_each(:nos))
UNION ALL
SELECT no FROM key WHERE space = :space AND no IN (SELECT value FROM json_each(:nos))

-- holding --
-- Every row that holds these bytes, wherever a caller's bytes can stand.
SELECT 'text ' || no FROM text WHERE space = :space AND instr(CAST(body AS BLOB), :needle)
UNION ALL
SELECT 'item ' || no FROM item
 WHERE space = :space
   AND instr(CAST(ifnull(ref, '') || ' ' || ifnull(metadata, '') || ' ' || ifnull(attrs, '') || ' '
                  || ifnull(sources, '') || id AS BLOB), :needle)
UNION ALL
SELECT 'key ' || no FROM key WHERE space = :space AND instr(CAST(value AS BLOB), :needle)
UNION ALL
SELECT 'link ' || no FROM link WHERE space = :space AND instr(CAST(value AS BLOB), :needle)
UNION ALL
SELECT 'state ' || no FROM state WHERE space = :space AND instr(CAST(value AS BLOB), :needle)
UNION ALL
SELECT 'scope ' || scope_no FROM scope WHERE space = :space AND instr(CAST(label AS BLOB), :needle)
UNION ALL
SELECT 'name ' || no FROM name WHERE space = :space AND instr(CAST(name AS BLOB), :needle)
UNION ALL
SELECT 'event ' || seq FROM event
 WHERE space = :space AND instr(CAST(actor || ' ' || why || ' ' || body AS BLOB), :needle)
UNION ALL
SELECT 'request ' || request_id FROM request
 WHERE space = :space AND instr(CAST(request_id || ' ' || receipt AS BLOB), :needle)
UNION ALL
SELECT 'tail ' || no FROM tail WHERE space = :space AND instr(CAST(terms AS BLOB), :needle)
UNION ALL
SELECT 'posting ' || term FROM posting WHERE space = :space AND instr(CAST(term AS BLOB), :needle)
UNION ALL
SELECT 'gram ' || term FROM gram WHERE space = :space AND instr(CAST(term AS BLOB), :needle)
UNION ALL
SELECT 'queue ' || scope_no FROM queue
 WHERE space = :space AND instr(CAST(error AS BLOB), :needle)
LIMIT 100

-- sizes --
SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE AND :space = :space

-- text_bytes --
SELECT sum(length(CAST(body AS BLOB))) FROM text WHERE space = :space

-- rescue_schema_pages --
SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'

-- rescue_names --
SELECT list, no, name FROM name INDEXED BY sqlite_autoindex_name_1 WHERE space = :space

-- rescue_names_again --
-- The same names out of the index: another place in the file.
SELECT list, no, name FROM name INDEXED BY name_name WHERE space = :space

-- rescue_scopes --
SELECT scope_no, label FROM scope INDEXED BY sqlite_autoindex_scope_1 WHERE space = :space

-- rescue_scopes_again --
SELECT scope_no, label FROM scope INDEXED BY scope_label WHERE space = :space

-- rescue_last_event --
SELECT max(seq) FROM event WHERE space = :space

-- rescue_last_entry --
SELECT max(seq) FROM entry WHERE space = :space

-- rescue_entry --
SELECT seq, ordinal, kind, no, nonce, commitment FROM entry
 WHERE space = :space AND seq = :seq AND ordinal = :ordinal

-- rescue_item --
SELECT no, visible_from, visible_to, id, kind_no, scope_no, position, role, speaker_no, ref,
       said_at, said_at_given, event_from, event_to, valid_from, valid_to, recorded_at, expires_at,
       status, sources, supersedes, trust, metadata, attrs, made_by
  FROM item WHERE space = :space AND no = :no AND visible_from = :seq

-- rescue_text --
SELECT body FROM text WHERE space = :space AND no = :no

-- rescue_text_rows --
SELECT max(rowid) FROM text NOT INDEXED WHERE space = :space

-- rescue_text_row --
SELECT no, body FROM text NOT INDEXED WHERE space = :space AND rowid = :row
